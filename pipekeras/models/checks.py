"""Whether data fits the model, said before training in the user's words and not by Keras in the middle of it.

Checked is what Keras would refuse less clearly, and what it would not refuse at all: targets that are broadcast against
the outputs, labels out of range, NaN that makes the loss NaN. What a model or a loss of the user's own makes of its
data is the user's business: there nothing is assumed.
"""

import itertools
import re

from pipekeras._keras import keras
from pipekeras.asarray import values_of
from pipekeras.complaints import called
from pipekeras.errors import DataError, ShapeError
from pipekeras.receivers import is_layer, is_tensor, say
from pipekeras.sequences import keeping

__all__: list[str] = []

# What an axis holds, in arrays of so many dimensions.
_AXES = {
    2: ["{} samples", "{} features"],
    3: ["{} samples", "{} timesteps", "{} features"],
    4: ["{} samples", "a height of {}", "a width of {}", "{} channels"],
    5: ["{} samples", "a depth of {}", "a height of {}", "a width of {}", "{} channels"],
}


# Shapes ---------------------------------------------------------------------------------------------------------------


def fit_input(array, name, slot, where, model):
    """The array in the shape of the model's input: (n,) becomes (n, 1) where one feature is wanted; else an error."""
    shape, wanted = tuple(array.shape), slot.shape
    if len(shape) == len(wanted) - 1 and wanted[-1] == 1:
        array = keras.ops.expand_dims(array, -1) if is_tensor(array) else array[..., None]
    if len(array.shape) == len(wanted) + 1 and shape[-1] == 1:
        return array  # Keras drops such an axis
    if len(array.shape) != len(wanted):
        raise ShapeError(_wrong_rank(shape, wanted, name, where, model))
    for axis in range(1, len(wanted)):
        if wanted[axis] is not None and array.shape[axis] != wanted[axis]:
            what = _AXES[len(wanted)][axis] if len(wanted) in _AXES else f"{{}} values along axis {axis}"
            raise ShapeError(
                f"{where}: {say(model)} got {what.format(array.shape[axis])}, it was built for {wanted[axis]}: {name}"
                f" has the shape {shape}, the model takes {wanted}"
            )
    return array


def _wrong_rank(shape, wanted, name, where, model):
    text = (
        f"{where}: {name} has {len(shape)} dimension{'s' * (len(shape) != 1)}, shape {shape}; {say(model)} takes"
        f" {len(wanted)}, {wanted}"
    )
    fixed = all(size is not None for size in wanted[1:])
    if len(shape) == len(wanted) - 1 and fixed and shape == wanted[1:]:
        return f"{text}. If it is one sample, say so: array_reshape({name}, {(1, *shape)})"
    size, target = _product(shape[1:]), _product(wanted[1:]) if fixed else 0
    if target and size == target:
        return f"{text}. The numbers fit: array_reshape({name}, {(-1, *wanted[1:])})"
    return text


def _product(sizes):
    result = 1
    for size in sizes:
        result *= size
    return result


def same_length(groups, where):
    """Raise unless all arrays have one number of samples, and at least one; groups is [(array, name)]."""
    sizes = {name: array.shape[0] for array, name in groups if len(array.shape)}
    if 0 in sizes.values():
        empty = next(name for name, size in sizes.items() if size == 0)
        raise DataError(f"{where}: {empty} has no samples")
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise DataError(f"{where}: the numbers of samples differ: {listed}")


# Batches of a fixed size ----------------------------------------------------------------------------------------------


def batches(
    model, x, where, batch_size=None, steps=None, split=0, validation_size=None, *, argument="batch_size", of=""
):  # fmt: skip
    """Raise unless arrays come in batches of the size that the model was built for, if it was built for one.

    A stateful model that is not built yet will be built for the first of them.
    """
    fixed, n = _fixed_size(model, x)
    for_ = "was built for batches"
    if fixed is None:
        if not _waits_for_states(model):
            return
        n = _samples(x)
        fixed, for_ = min(batch_size or _KERAS_BATCH, n), "is stateful, and its first batch is one"
    train = int(n * (1.0 - split))  # as Keras cuts it
    parts = [(train, batch_size, argument, f"{of}x has {n}")]
    if split:
        size, name = (batch_size, argument) if validation_size is None else (validation_size, "validation_batch_size")
        parts[0] = train, batch_size, argument, f"x has {n}, of which {train} are trained on"
        parts.append((n - train, size, name, f"x has {n}, of which {n - train} are held out"))
    for samples, size, name, has in parts:
        seen = samples if steps is None else min(samples, steps * (size or _KERAS_BATCH))
        if min(size or _KERAS_BATCH, seen) != fixed or seen % fixed:
            raise ShapeError(
                f"{where}: the model {for_} of {fixed}: give {name}={fixed}, and a multiple of {fixed}"
                f" samples; {has}" + (f", and {name} is {size}" if size not in (None, fixed) else "")
            )


def one_batch(model, x, where, of=""):
    """Raise unless a single batch has the size that the model was built for, if it was built for one."""
    fixed, n = _fixed_size(model, x)
    if fixed is not None and n != fixed:
        raise ShapeError(f"{where}: the model was built for batches of {fixed}; {of}x has {n} samples")


_KERAS_BATCH = 32  # samples a step where nothing is said


def _fixed_size(model, x):
    """(batch size of the model's inputs, number of samples in x); None where any size will do."""
    fixed = None if own_training(model) else built_for(model)
    return (None, 0) if fixed is None else (fixed, _samples(x))


def built_for(model):
    """The batch size of the model's inputs, or of what it remembers; None where any size will do."""
    tensors = getattr(model, "inputs", None) or []
    states = (v for _, layer in keeping.stateful_layers(model) for v in keeping.state_variables(layer))
    sizes = (one.shape[0] for one in itertools.chain(tensors, states) if getattr(one, "shape", None))
    return next((size for size in sizes if size is not None), None)


def _waits_for_states(model):
    """Whether it is stateful, and for batches of which size is not known before the first."""
    return not own_training(model) and any(not keeping.is_built(layer) for _, layer in keeping.stateful_layers(model))


def _samples(x):
    return next(array.shape[0] for array in keras.tree.flatten(x) if array is not None)


# Numbers of words -----------------------------------------------------------------------------------------------------


def known_ids(model, x, inputs, name, where):
    """Raise if a layer_embedding() that reads the model's input does not know the ids in it.

    The backends do not agree on what then happens: an error from the depths, or the loss is NaN from there on.
    """
    if inputs is None:
        first = next(iter(getattr(model, "layers", None) or []), None) if isinstance(model, keras.Sequential) else None
        pairs = [(first, x, name)]
    else:
        arrays = [x[slot] for slot in inputs.names] if inputs.by_name else x if isinstance(x, list) else [x]
        tensors = [model.input[slot] for slot in inputs.names] if inputs.by_name else model.inputs
        names = [name] if len(arrays) == 1 else [f"{name}[{slot!r}]" for slot in inputs.names]
        pairs = [
            (layer, array, called_so)
            for layer in model.layers
            if type(layer) is keras.layers.Embedding
            for tensor, array, called_so in zip(tensors, arrays, names, strict=True)
            if any(tensor is source for node in layer._inbound_nodes for source in node.input_tensors)
        ]
    for layer, array, called_so in pairs:
        if type(layer) is keras.layers.Embedding:
            _ids(layer, array, called_so, where)


def _ids(layer, array, name, where):
    values = _values(array)
    if values is None or not values.size or values.dtype.kind not in "iuf":
        return
    least, most, size = values.min(), values.max(), layer.input_dim
    if not (least < 0 or most >= size):  # NaN, which predict() lets through, is neither
        return
    wrong = f"up to {int(most)}" if most >= size else f"down to {int(least)}"
    remedy = f"; make input_dim {int(most) + 1}" if most >= size else ""
    raise DataError(
        f"{where}: {name} has ids {wrong}, {called(layer)}(input_dim={size}) knows 0 to {size - 1}: ids count from 0"
        f"{remedy}"
    )


# Missing values -------------------------------------------------------------------------------------------------------


def all_finite(array, name, where):
    """Raise if there are NaN or infinite values in an array of decimals."""
    import numpy as np

    values = _values(array)
    if values is None or values.dtype.kind != "f" or np.isfinite(np.sum(values, dtype="float64")):
        return
    missing, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    if missing or infinite:
        counts = [f"{n} {what}" for n, what in ((missing, "missing (NaN)"), (infinite, "infinite")) if n]
        raise DataError(
            f"{where}: {name} has {' and '.join(counts)} values of {values.size}: the loss would be NaN from there on."
            " Leave those samples out or fill them in"
        )


def _values(array):
    """The values of an array or tensor as NumPy has them; None where it has no such thing (sparse, ragged)."""
    import numpy as np

    if isinstance(array, np.ndarray):
        return array
    return values_of(array) if hasattr(array, "__array__") else None


def takes_nan(model):
    """Whether NaN in the model's input may be meant: it has a Masking layer, or code that is not Keras's own."""
    meant = (keras.layers.Masking, keras.layers.Lambda)
    return has_own_code(model) or any(isinstance(layer, meant) for layer in all_layers(model))


def has_own_code(model):
    """Whether the model or a layer of it is of a class that is neither Keras's nor ours."""
    return any(
        not layer.__class__.__module__.startswith(("keras.", "pipekeras.")) for layer in [model, *all_layers(model)]
    )


# Where layers have layers inside: models, bidirectional(), time_distributed() and its kin, recurrent layers.
_INSIDE = ("layers", "layer", "forward_layer", "backward_layer", "cell", "cells")


def all_layers(layer):
    """All layers in a model, those in models and wrappers inside of it too."""
    for name in _INSIDE:
        inside = getattr(layer, name, None)
        for one in inside if isinstance(inside, (list, tuple)) else [inside]:
            if is_layer(one) and one is not layer:
                yield one
                yield from all_layers(one)


# Targets --------------------------------------------------------------------------------------------------------------

_SPARSE, _ONE_HOT, _BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"
# Losses that compare target and output number by number; NumPy's broadcasting would hide a wrong shape.
_BY_NUMBER = {_ONE_HOT, _BINARY} | set(
    """mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error huber
    log_cosh cosine_similarity hinge squared_hinge categorical_hinge poisson kl_divergence binary_focal_crossentropy
    categorical_focal_crossentropy dice tversky""".split()
)


def own_training(model):
    """Whether the model trains in a way of its own, so that its targets can be anything."""
    kind = type(model)
    return kind.train_step != keras.Model.train_step or kind.compute_loss != keras.Model.compute_loss


def has_loss(model):
    """Whether there is something to train on: a loss in compile(), or one that layers add."""
    if getattr(model, "loss", None) is not None or own_training(model) or has_own_code(model) or model.losses:
        return True
    return any(getattr(layer, "activity_regularizer", None) is not None for layer in all_layers(model))


def losses_of(model, slots):
    """The name of the Keras loss for each output; None for one that is the user's own, or not known."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, dict):
        each = [loss.get(name) for name in slots.names]
    elif isinstance(loss, (list, tuple)):
        each = list(loss) if len(loss) == len(slots.slots) else [None] * len(slots.slots)
    else:
        each = [loss] * len(slots.slots)
    return [loss_name(one) for one in each]


def loss_name(loss):
    """The name of a loss of Keras's, however it was given; None for any other."""
    if isinstance(loss, str):
        try:
            loss = keras.losses.get(loss)
        except ValueError:
            return None
    kind = loss if hasattr(loss, "__name__") else type(loss)
    if loss is None or not str(kind.__module__).startswith("keras.") or getattr(loss, "ignore_class", None) is not None:
        return None
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def check_target(array, name, slot, loss, where):
    """Raise unless the array is what the output's loss compares with, where that is known.

    It stays as it is: Keras's losses take (n,) for (n, 1), and datasets, which nobody changes, have it so as well.
    """
    if loss == _SPARSE:
        _labels(array, name, slot, where)
    elif loss in _BY_NUMBER:
        _same_shape(array, name, slot, loss, where)
        if loss == _BINARY:
            _zero_or_one(array, name, where)


def _labels(array, name, slot, where):
    classes, shape = slot.shape[-1], tuple(array.shape)
    if len(shape) == len(slot.shape) and shape[-1] == classes and classes > 1:
        raise ShapeError(
            f'{where}: {name} has {classes} values a sample, shape {shape}, and loss="{_SPARSE}" wants one, the number'
            f' of its class: compile with loss="{_ONE_HOT}" instead'
        )
    values = _values(array)
    if values is None or not values.size or values.dtype.kind not in "iufb" or classes is None:
        return
    least, most = values.min(), values.max()
    if values.dtype.kind == "f" and (values != values.round()).any():
        raise DataError(f'{where}: {name} has labels that are no whole numbers; loss="{_SPARSE}" wants classes')
    if least < 0 or most >= classes:
        hint = f": labels count from 0, use {name} - 1" if least == 1 and most == classes else ""
        raise DataError(
            f"{where}: {name} has labels from {int(least)} to {int(most)}, the model gives {classes} classes, which are"
            f" 0 to {classes - 1}{hint or f'. The last layer needs {int(most) + 1} units for them' * int(least >= 0)}"
        )


def _same_shape(array, name, slot, loss, where):
    shape, wanted = tuple(array.shape), slot.shape
    if len(shape) == len(wanted) + 1 and shape[-1] == 1:
        shape = shape[:-1]
    elif len(shape) == len(wanted) - 1 and wanted[-1] == 1:
        shape = (*shape, 1)
    same = len(shape) == len(wanted) and all(w in (None, s) for s, w in zip(shape[1:], wanted[1:], strict=True))
    if same:
        return
    labels = len(shape) == len(wanted) - 1 or (len(shape) == len(wanted) and shape[-1] == 1)
    if loss == _ONE_HOT and labels:
        raise ShapeError(
            f'{where}: {name} has one value a sample, shape {shape}, and loss="{_ONE_HOT}" wants {wanted[-1]}, one for'
            f' each class: use to_categorical({name}, {wanted[-1]}), or compile with loss="{_SPARSE}"'
        )
    raise ShapeError(
        f"{where}: {name} has the shape {tuple(array.shape)}, the model's output {slot.name!r} {wanted}; {loss}"
        " compares them number by number, so they must agree"
    )


def _zero_or_one(array, name, where):
    values = _values(array)
    if values is None or not values.size or values.dtype.kind not in "iuf":
        return
    least, most = values.min(), values.max()
    if (least < 0 or most > 1) and (values == values.round()).all():
        hint = f": use {name} - 1" if (least, most) == (1, 2) else ""
        raise DataError(
            f'{where}: {name} goes from {int(least)} to {int(most)}; loss="{_BINARY}" wants 0 and 1, or what is between'
            f"{hint}"
        )
