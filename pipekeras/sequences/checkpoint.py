"""callback_sequence_checkpoint(): a training that was killed goes on where it was, batch for batch."""

import os

from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.pipe import Checked
from pipekeras.values import count, is_bool

__all__ = ["callback_sequence_checkpoint"]


@Checked
def callback_sequence_checkpoint(filepath, save_freq="epoch", delete_checkpoint=True):
    """Save what a training on windows or folds needs to go on after it was killed: the same batches, the same numbers.

    Run the same script again, with the same callback: fit() finds the file, goes on in the epoch, at the batch, and
    with the weights, the optimizer's memory, the states and the metrics that were saved, and the loss curve is that of
    a run that was never interrupted. The History begins with the epochs before. Not in the file is what other callbacks
    remember, such as how long callback_early_stopping() has waited.

    Args:
        filepath: the file, such as "training.ckpt"; it is replaced whole or not at all.
        save_freq: "epoch", or after how many batches it is saved.
        delete_checkpoint: whether the file goes once the training has come to its end; where it stays, fit() with more
            epochs goes on from there.

    Returns:
        A callback for fit() on sequence_windows(), sequence_fold() or a dataset made of them.

    Raises:
        InvalidValueError: if an argument cannot be meant. In fit(), for other data, whose order nobody could restore;
            for a file of another model; for a dataset of other windows.
        DataError: in fit(), for a file that is no such checkpoint.

    Source: R `keras3::callback_backup_and_restore`, which begins the epoch anew, with other batches.
    """
    where = "callback_sequence_checkpoint"
    if not isinstance(filepath, (str, os.PathLike)):
        raise InvalidValueError(f"{where}: filepath must be a path, it got {filepath!r}")
    if isinstance(save_freq, str):
        if save_freq != "epoch":
            near = suggestion(save_freq, ["epoch"], quote='"')
            raise InvalidValueError(
                f'{where}: save_freq must be "epoch" or a number of batches, it got {save_freq!r}{near}'
            )
    else:
        save_freq = count(save_freq, "save_freq", where, least=1)
    if not is_bool(delete_checkpoint):
        raise InvalidValueError(f"{where}: delete_checkpoint must be True or False, it got {delete_checkpoint!r}")
    from pipekeras.sequences.resuming import SequenceCheckpoint

    return SequenceCheckpoint(os.path.expanduser(os.fspath(filepath)), save_freq, bool(delete_checkpoint))
