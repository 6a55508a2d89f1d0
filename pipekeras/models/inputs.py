"""What people hand to fit() and its kin, as arrays in the structure that the model has.

Anything that holds numbers becomes an array (`asarray.to_array`). A model of several inputs or outputs gets them in its
own order, whether they came as a list or by name (`fill`), and each array is held against the model (`checks`).
Datasets, which make their own batches, go to Keras as they are.
"""

from typing import NamedTuple

from pipekeras._keras import keras
from pipekeras.asarray import is_categorical, to_array
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.models import checks
from pipekeras.pipe import Function
from pipekeras.receivers import is_frame, is_symbolic, say

__all__: list[str] = []


class Slot(NamedTuple):
    """One input or output of a model."""

    name: str
    shape: tuple
    dtype: str


class Slots(NamedTuple):
    """The inputs or outputs of a model: in a list, or in a dict, by whose keys the slots are then called."""

    slots: list
    by_name: bool

    @property
    def names(self):
        """The names, in the model's order."""
        return [slot.name for slot in self.slots]


def slots_of(model, side):
    """The model's "inputs" or "outputs"; None where nobody knows: not built yet, or a class of the user's own."""
    tensors = getattr(model, side, None)
    if not isinstance(tensors, (list, tuple)) or not all(map(is_symbolic, tensors)):
        return None
    struct = getattr(model, side[:-1], None)  # what keras_model() was given; a Sequential has none
    if isinstance(struct, dict):
        if not all(map(is_symbolic, struct.values())):
            return None
        return Slots([Slot(name, tuple(t.shape), t.dtype) for name, t in struct.items()], True)
    names = getattr(model, "output_names", None) if side == "outputs" else [t.name for t in tensors]
    if names is None:
        names = [layer.name for layer in model.layers[-1:]]
    if len(names) != len(tensors):
        return None
    return Slots([Slot(n, tuple(t.shape), t.dtype) for n, t in zip(names, tensors, strict=True)], False)


# Datasets -------------------------------------------------------------------------------------------------------------

_DATASETS = {
    "tensorflow": {"DatasetV2", "DistributedDataset", "DistributedDatasetsFromFunction"},
    "torch": {"DataLoader"},
    "grain": {"MapDataset", "IterDataset", "DataLoader"},
}


def is_dataset(value):
    """Whether `value` makes its own batches, in a way that Keras knows: PyDataset, tf.data, torch DataLoader, grain."""
    return is_pydataset(value) or any(
        kind.__name__ in _DATASETS.get(kind.__module__.partition(".")[0], ()) for kind in type(value).__mro__
    )


def is_pydataset(value):
    """Whether `value` is a keras.utils.PyDataset; Keras, and not the dataset, shuffles the order of its batches."""
    return isinstance(value, keras.utils.PyDataset)


def fed(dataset, steps, rounds=1):
    """A dataset, and how many batches make a round, as Keras is to get them for a number of rounds.

    R's flows of images have no end and an order of their own: asked for more batches than a pass has they begin anew,
    where Keras would stop. Such a dataset says with `feed` what Keras gets; all others are left as they are.
    """
    if not is_pydataset(dataset) or not hasattr(dataset, "feed"):
        return dataset, steps
    steps = steps or getattr(dataset, "batches", None) or len(dataset)
    return dataset.feed(steps * rounds), steps


# All arrays of a model ------------------------------------------------------------------------------------------------


def prepare(model, x, y=None, sample_weight=None, *, where, of="", predicting=False):
    """Data as arrays that the model can take, checked against it.

    Args:
        model: the model, built or not.
        x, y, sample_weight: whatever holds numbers, alone, in lists or by name.
        where: the function that was called, for messages.
        of: "validation_data's " in front of the names in messages.
        predicting: whether only outputs are wanted. Else targets must be there if the loss compares with them, and NaN
            and infinite values in x and y are an error where nothing says that they are meant. In weights they always
            are.

    Returns:
        (x, y, sample_weight), None where it was None.

    Raises:
        InvalidValueError: if there are targets, but no loss to hold them against the outputs.
        DataError: if it is no data, has no or too many parts, lacks targets, has missing values, or labels that the
            loss cannot mean.
        ShapeError: if its shape is not the model's.
    """
    if y is not None and not checks.has_loss(model):
        raise InvalidValueError(f"{where}: the model was compiled without a loss; name one: model >> compile(loss=...)")
    free = checks.own_training(model)
    inputs, outputs = (None, None) if free else (slots_of(model, "inputs"), slots_of(model, "outputs"))
    if y is None and not predicting and not free:
        _needs_targets(model, x, inputs, where, of)
    losses = {} if free or y is None else _losses(model, outputs)
    nan_in_x = predicting or free or checks.takes_nan(model)

    def to_input(part, name, slot):
        array = to_array(part, name, where, text=slot is None or slot.dtype == "string")
        if not nan_in_x:
            checks.all_finite(array, name, where)
        return array if slot is None else checks.fit_input(array, name, slot, where, model)

    def to_target(part, name, slot):
        loss = losses.get(slot and slot.name)
        array = to_array(part, name, where, text=slot is None and loss is None)
        if loss is not None and not predicting:
            checks.all_finite(array, name, where)
        if slot is not None:
            checks.check_target(array, name, slot, loss, where)
        return array

    def to_weights(part, name, slot):
        array = to_array(part, name, where)
        checks.all_finite(array, name, where)
        return array

    found = []
    x = fill(x, inputs, f"{of}x", where, "input", to_input, found)
    y = fill(y, outputs, f"{of}y", where, "output", to_target, found)
    if not (is_several(sample_weight) or isinstance(sample_weight, dict)):
        outputs = None  # one for all outputs
    sample_weight = fill(sample_weight, outputs, f"{of}sample_weight", where, "output", to_weights, found)
    checks.same_length(found, where)
    if not free:
        checks.known_ids(model, x, inputs, f"{of}x", where)
    return x, y, sample_weight


def _needs_targets(model, x, inputs, where, of):
    """Raise if there are no targets, but a loss that compares with them; or if they stand in x."""
    listed = isinstance(x, (list, tuple))
    pair = listed and _is_pair(x)
    if inputs is not None and len(inputs.slots) == 1 and not inputs.by_name and pair:
        raise DataError(f"{where} got a pair: is {of}x (x, y)? Write {where}(*pair) or {where}(x, y)")
    batches = listed and bool(x) and all(map(_is_pair, x))
    if batches and any(len({tuple(array.shape) for array in part}) > 1 for part in x):
        raise DataError(
            f"{where}: {of}x is a list of {len(x)} pairs of arrays. If they are batches (x, y), hand them over one by"
            f" one: {where}(iter(x)); if they are samples, stack them to an x and a y"
        )
    loss = getattr(model, "loss", None)
    each = loss.values() if isinstance(loss, dict) else loss if isinstance(loss, (list, tuple)) else [loss]
    if any(value is not None for value in each):
        call = f"{where}(x, y)" if not of else "give (x, y)"
        hint = f"; if x is a pair, write {where}(*pair)" if pair and inputs is None else ""
        raise DataError(
            f"{where}: {of}y is missing: the model was compiled with loss={_loss_text(loss)}, which compares with"
            f" targets: {call}{hint}"
        )


def _is_pair(value):
    """Whether it could be (x, y) or (x, y, sample_weight)."""
    return is_several(value) and len(value) in (2, 3)


def _loss_text(loss):
    """A loss as it was given, in a few words: what Keras makes is called by its class."""
    if isinstance(loss, (str, dict, list, tuple)):
        return say(loss)
    return getattr(loss, "__name__", None) or type(loss).__name__


def _losses(model, outputs):
    """{output: its loss}, and for a model whose outputs are not known yet {None: its only loss}."""
    if outputs is None:
        loss = getattr(model, "loss", None)
        return {} if isinstance(loss, (list, tuple, dict)) else {None: checks.loss_name(loss)}
    return dict(zip(outputs.names, checks.losses_of(model, outputs), strict=True))


def as_tensors(*structures):
    """Arrays of numbers as tensors of the running backend: what losses and metrics of one's own expect."""
    import numpy as np

    def one(array):
        return (
            keras.ops.convert_to_tensor(array)
            if isinstance(array, np.ndarray) and array.dtype.kind in "fiub"
            else array
        )

    return tuple(
        structure if structure is None else keras.tree.map_structure(one, structure) for structure in structures
    )


def fill(value, slots, name, where, thing, convert, found):
    """`value` as arrays in the structure of the model's inputs or outputs.

    `convert(part, name, slot)` makes the array of each part; what came out goes to the list `found`, with its name.
    """

    def one(part, called, slot):
        array = convert(part, called, slot)
        found.append((array, called))
        return array

    if value is None:
        return None
    if isinstance(value, Function):
        raise DataError(f"{where}: {name} is {value.__name__} without parentheses: call it, {value.__name__}()")
    if slots is None:
        return _unknown(value, name, one)
    if len(slots.slots) == 1 and not slots.by_name:
        slot = slots.slots[0]
        return one(_only(value, slot, name, where, thing), name, slot)
    parts = _parts(value, slots, name, where, thing)
    arrays = [
        part if part is None else one(part, called, slot)  # an optional input may be None
        for (part, called), slot in zip(parts, slots.slots, strict=True)
    ]
    return dict(zip(slots.names, arrays, strict=True)) if slots.by_name else arrays


def _unknown(value, name, one):
    """What a model not built yet is given: whatever the structure, arrays in it."""
    if isinstance(value, dict):
        return {key: one(part, f"{name}[{key!r}]", None) for key, part in value.items()}
    if is_several(value):
        if len(value) == 1:
            return one(value[0], name, None)
        return [one(part, f"{name}[{i}]", None) for i, part in enumerate(value)]
    return one(value, name, None)


def is_several(value):
    """Whether `value` is a list of arrays, frames or tensors, and not of numbers."""
    return isinstance(value, (list, tuple)) and bool(value) and all(map(_is_arrayish, value))


def _is_arrayish(value):
    if is_frame(value) or is_categorical(value):
        return True
    return hasattr(value, "shape") and hasattr(value, "dtype") and len(value.shape) > 0


def _only(value, slot, name, where, thing):
    """The one array of a model with one input or output, also where it stands in a list or under its name."""
    if isinstance(value, dict):
        if slot.name in value:
            return value[slot.name]
        raise DataError(
            f"{where}: the model has one {thing}, {slot.name!r}, and {name} is a dict of {_listed(value)}: give the"
            f' array itself, or {{"{slot.name}": ...}}'
        )
    if is_several(value):
        if len(value) == 1:
            return value[0]
        remedy = f"; if they are the samples, stack them: np.stack({name})" if thing == "input" else ""
        raise DataError(f"{where}: the model has one {thing}, and {name} is a list of {len(value)} arrays{remedy}")
    return value


def _parts(value, slots, name, where, thing):
    """[(part, its name)] in the model's order."""
    wanted = len(slots.slots)
    several = f"{wanted} {thing}s" if wanted != 1 else f"one {thing} by name"
    if is_frame(value) and value.ndim == 2 and set(slots.names) <= set(value.columns):
        return [(value[key], f"{name}[{key!r}]") for key in slots.names]
    if isinstance(value, dict):
        missing = [key for key in slots.names if key not in value]
        if missing:
            raise DataError(
                f"{where}: the model has {several}, {_listed(slots.names)}, and {name} lacks {_listed(missing)}; it has"
                f" {_listed(value)}"
            )
        return [(value[key], f"{name}[{key!r}]") for key in slots.names]
    if isinstance(value, (list, tuple)):
        if len(value) != wanted:
            kind = "arrays" if is_several(value) else "elements"
            raise DataError(
                f"{where}: the model has {several}, {_listed(slots.names)}, and {name} is a list of {len(value)} {kind}"
            )
        return [(part, f"{name}[{i}]") for i, part in enumerate(value)]
    if wanted == 1:
        return [(value, name)]
    raise DataError(
        f"{where}: the model has {several}, {_listed(slots.names)}, and {name} is {say(value)}: give a list or dict of"
        f" {wanted} arrays"
    )


def _listed(names):
    return ", ".join(repr(str(name)) for name in names)
