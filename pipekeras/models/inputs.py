"""What people hand to fit() and its kin, as arrays in the structure that the model has.

Anything that holds numbers becomes an array (`to_array`): lists, pandas frames, Series and categoricals, tensors of any
backend. A model of several inputs or outputs gets them in its own order, whether they came as a list or by name
(`fill`), and each array is held against the model (`checks`).
Datasets, which make their own batches, go to Keras as they are.
"""

from typing import NamedTuple

from pipekeras._keras import keras
from pipekeras.asarray import categorical_codes, is_native
from pipekeras.errors import DataError, InvalidValueError, did_you_mean
from pipekeras.models import checks
from pipekeras.pipe import Function
from pipekeras.receivers import is_frame, is_layer, is_symbolic, is_tensor, say

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


# One array ------------------------------------------------------------------------------------------------------------


def to_array(value, name, where, text=False):
    """`value` as an array: decimals in Keras's float type, whole numbers as they are, categoricals as codes from 0.

    Native tensors stay what they are. `text` says whether strings can be meant. What is not data is a DataError.
    """
    import numpy as np

    if is_tensor(value):
        return _tensor(value, name, where)
    codes = categorical_codes(value)
    if codes is not None:
        return _no_missing(codes.astype("int32"), name, where)
    if is_frame(value):
        return _frame(value, name, where) if value.ndim == 2 else _column(value, name, where, text)
    if type(value).__module__.startswith("scipy.sparse"):
        return value
    if (
        value is None
        or isinstance(value, (str, bytes))
        or is_layer(value)
        or callable(value)
        or isinstance(value, dict)
    ):
        raise DataError(
            f"{where}: {name} is {say(value)}; it must hold data: an array, a list of numbers, a data frame"
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise DataError(_ragged(value, name, where)) from None
    if array.dtype == object:
        array = _from_objects(array, name, where)
    return _settled(array, name, where, text)


def _settled(array, name, where, text=False):
    """The array in a type that Keras trains on."""
    kind = array.dtype.kind
    if array.ndim == 0:
        raise DataError(f"{where}: {name} is the single value {array[()]!r}; its first dimension must be the samples")
    if kind == "f":
        return array.astype(keras.config.floatx(), copy=False)
    if kind in "iub" or (kind in "US" and text):
        return array
    example = f" ({str(array.reshape(-1)[0])!r})" if array.size else ""
    what = {"U": "text", "S": "text", "M": "dates", "m": "time spans", "c": "complex numbers"}.get(kind, "no numbers")
    remedy = (
        "for classes use pandas.Categorical(...), whose codes are taken" if what == "text" else "convert it to numbers"
    )
    raise DataError(f"{where}: {name} holds {what}{example}; {remedy}")


def _tensor(value, name, where):
    import numpy as np

    if is_symbolic(value):
        raise DataError(f"{where}: {name} is symbolic, {say(value)}: it stands for data and has none itself")
    if is_native(value):
        return value
    return _settled(np.asarray(value.detach().cpu() if hasattr(value, "detach") else value), name, where, text=True)


def _from_objects(array, name, where):
    """An array of Python objects as what they are: numbers with None or NA among them, arrays of one shape, text."""
    import numpy as np

    flat = array.reshape(-1)
    if any(item is None or type(item).__name__ == "NAType" for item in flat):
        flat = np.array([np.nan if item is None or type(item).__name__ == "NAType" else item for item in flat], object)
    try:
        if flat.size and all(isinstance(item, str) for item in flat):
            return flat.astype(str).reshape(array.shape)
        if any(isinstance(item, str) for item in flat):
            raise TypeError
        if flat.size and hasattr(flat[0], "__len__"):
            return np.stack([np.asarray(item, None) for item in flat])
        return flat.astype(float).reshape(array.shape)
    except (TypeError, ValueError):
        if flat.size and all(hasattr(item, "__len__") and not isinstance(item, str) for item in flat):
            raise DataError(_ragged(list(flat), name, where)) from None
        odd = next((item for item in flat if not isinstance(item, (int, float))), flat[0])
        raise DataError(f"{where}: {name} holds objects that are no numbers, such as {say(odd)}") from None


def _ragged(value, name, where):
    lengths = {len(item) for item in value if hasattr(item, "__len__")}
    spread = f" ({min(lengths)} to {max(lengths)})" if lengths else ""
    return (
        f"{where}: {name} is {len(value)} sequences of different lengths{spread}: make them equal first, with"
        " pad_sequences()"
    )


def _no_missing(codes, name, where):
    if (codes < 0).any():
        raise DataError(
            f"{where}: {name} is categorical and misses {int((codes < 0).sum())} of its {len(codes)} values: leave"
            " those samples out"
        )
    return codes


def _column(series, name, where, text):
    """A pandas Series: nullable numbers as numbers, NA as NaN."""
    import numpy as np

    array = series.to_numpy()
    if array.dtype == object:
        array = _from_objects(array, name, where) if array.size else array.astype(float)
    elif array.dtype.kind not in "fiubMmUSc":
        array = np.asarray(series, dtype=object).astype(str)
    return _settled(array, name, where, text)


def _frame(frame, name, where):
    """A data frame as a matrix of decimals, a column for each of its own; categoricals become codes."""
    import numpy as np
    import pandas as pd

    columns = [frame.iloc[:, i] for i in range(frame.shape[1])]
    bad = {}
    matrix = np.empty(frame.shape, dtype=keras.config.floatx())
    for i, column in enumerate(columns):
        codes = categorical_codes(column)
        if codes is not None:
            matrix[:, i] = _no_missing(codes, f"column {column.name!r} of {name}", where)
        elif pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
            matrix[:, i] = column.to_numpy(dtype=float, na_value=np.nan)
        else:
            bad[str(column.name)] = str(column.dtype)
    if bad:
        listed = ", ".join(f"{column} ({dtype})" for column, dtype in bad.items())
        raise DataError(
            f"{where}: {name} is a data frame with columns that are no numbers: {listed}. Make them categorical,"
            f' {name}.astype({{"{next(iter(bad))}": "category"}}), or leave them out'
        )
    return matrix


# All arrays of a model ------------------------------------------------------------------------------------------------


def prepare(model, x, y=None, sample_weight=None, *, where, of="", finite=True):
    """Data as arrays that the model can take, checked against it.

    Args:
        model: the model, built or not.
        x, y, sample_weight: whatever holds numbers, alone, in lists or by name.
        where: the function that was called, for messages.
        of: "validation_data's " in front of the names in messages.
        finite: whether NaN and infinite values are an error, where nothing says that they are meant.

    Returns:
        (x, y, sample_weight), None where it was None.

    Raises:
        InvalidValueError: if there are targets, but no loss to hold them against the outputs.
        DataError: if it is no data, has no or too many parts, missing values, or labels that the loss cannot mean.
        ShapeError: if its shape is not the model's.
    """
    if y is not None and not checks.has_loss(model):
        raise InvalidValueError(f"{where}: the model was compiled without a loss; name one: model >> compile(loss=...)")
    free = checks.own_training(model)
    inputs, outputs = (None, None) if free else (slots_of(model, "inputs"), slots_of(model, "outputs"))
    losses = {} if free or y is None else _losses(model, outputs)
    nan_in_x = not finite or free or checks.takes_nan(model)

    def mend_x(array, name, slot):
        if not nan_in_x:
            checks.all_finite(array, name, where)
        return array if slot is None else checks.fit_input(array, name, slot, where, model)

    def mend_y(array, name, slot):
        loss = losses.get(slot and slot.name)
        if loss is not None and finite:
            checks.all_finite(array, name, where)
        if slot is not None:
            checks.check_target(array, name, slot, loss, where)
        return array

    def mend_weights(array, name, slot):
        checks.all_finite(array, name, where)
        return array

    found = []
    x = fill(x, inputs, f"{of}x", where, "input", mend_x, found)
    y = fill(y, outputs, f"{of}y", where, "output", mend_y, found)
    if not (is_several(sample_weight) or isinstance(sample_weight, dict)):
        outputs = None  # one for all outputs
    sample_weight = fill(sample_weight, outputs, f"{of}sample_weight", where, "output", mend_weights, found)
    checks.same_length(found, where)
    return x, y, sample_weight


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


def fill(value, slots, name, where, thing, mend, found):
    """`value` as arrays in the structure of the model's inputs or outputs.

    `mend(array, name, slot)` has the last word on each array; what came out goes to the list `found`, with its name.
    """

    def one(part, called, slot):
        text = slot is None or slot.dtype == "string"
        array = mend(to_array(part, called, where, text), called, slot)
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
    if is_frame(value) or categorical_codes(value) is not None:
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
            near = did_you_mean(missing[0], [key for key in map(str, value) if key not in slots.names])
            raise DataError(
                f"{where}: the model has {several}, {_listed(slots.names)}, and {name} lacks {_listed(missing)}"
                f"{f'; did you mean it by {near!r}?' if near else f'; it has {_listed(value)}'}"
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
