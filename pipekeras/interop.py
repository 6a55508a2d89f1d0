"""What lies between R and Python in R, and is nearly nothing here: arrays, tensors, tuples, iterators, modules."""

import importlib
import importlib.util
import subprocess
import sys
import webbrowser

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.asarray import as_array, as_dtype, to_array
from pipekeras.data_verbs import data_verb
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, UnavailableError, suggestion
from pipekeras.pipe import Checked
from pipekeras.receivers import is_frame, is_tensor, say
from pipekeras.wrap import Wrapper, name_members

# Arrays and tensors ---------------------------------------------------------------------------------------------------


@data_verb()
def np_array(data, dtype=None, order="C"):
    """A NumPy array.

    Args:
        data: numbers, text, (nested) lists, arrays, data frames or tensors.
        dtype: its type, such as "float32"; what the data have by default.
        order: "C", rows one after the other, or "F", columns.

    Returns:
        The array, always a new one.

    Raises:
        DataError: if the data cannot be an array of that type.
        InvalidValueError: if `dtype` or `order` is not known.

    Source: R `reticulate::np_array`, re-exported by `keras3`.
    """
    import numpy as np

    if order not in ("C", "F"):
        raise InvalidValueError(f'np_array: order must be "C" or "F", it got {order!r}')
    array = as_array(data, "np_array", text=True) if is_tensor(data) or is_frame(data) else data
    try:
        return np.array(array, None if dtype is None else as_dtype(dtype, "np_array"), order=order)
    except (ValueError, TypeError) as error:
        raise DataError(f"np_array: {error}") from None


@data_verb()
def keras_array(x, dtype=None):
    """Data as arrays that Keras takes: floating numbers in Keras's default type, whole ones as they are.

    Args:
        x: data: lists, arrays, data frames, tensors; or a list or dict of those.
        dtype: their type; by default `config_floatx()` for floating numbers, and for others the one they have.

    Returns:
        An array, or a list or dict of arrays.

    Raises:
        DataError: if something in `x` cannot be an array.

    Source: R `keras::keras_array`.
    """
    import numpy as np

    if isinstance(x, dict):
        return {name: keras_array.function(one, dtype) for name, one in x.items()}
    if isinstance(x, (list, tuple)) and any(is_frame(one) or is_tensor(one) or hasattr(one, "ndim") for one in x):
        return [keras_array.function(one, dtype) for one in x]
    array = np.ascontiguousarray(to_array(x, "x", "keras_array", text=True))
    if dtype is None and array.dtype.kind == "f":
        dtype = keras.config.floatx()
    return array if dtype is None else array.astype(as_dtype(dtype, "keras_array"))


@data_verb()
def as_tensor(x, dtype=None, *, name=None):
    """A tensor of the running backend.

    Args:
        x: numbers, lists, arrays, data frames, tensors.
        dtype: its type, such as "float32"; what the data have by default.
        name: no effect: only tensors of TensorFlow's graphs had names.

    Returns:
        The tensor.

    Raises:
        DataError: if `x` cannot be a tensor.

    Source: R `tensorflow::as_tensor`, re-exported by both packages.
    """
    try:
        return keras.ops.convert_to_tensor(as_array(x, "as_tensor", text=True) if is_frame(x) else x, dtype=dtype)
    except (ValueError, TypeError) as error:
        raise DataError(f"as_tensor: {error}") from error


class _Variable(Wrapper):
    module = ""
    converters = {**values.ARGUMENTS, "shape": values.shape}
    texts = {
        "initializer": "where its values come from: an array, or an initializer together with `shape`.",
        "shape": "its shape, where an initializer makes the values.",
        "trainable": "whether training changes it.",
        "autocast": "whether it is cast in mixed precision.",
        "aggregation": 'how replicas are joined in distributed training: "none", "mean", "sum", "only_first_replica".',
        "synchronization": 'when replicas are joined: "auto", "none", "on_write", "on_read".',
        "name": "its name.",
    }


keras_variable = _Variable("Variable")

newaxis = None  # NumPy's: x[:, newaxis]


@Checked
def all_dims():
    """All the axes that an index does not name: `x[0, all_dims()]` is `x[0, ...]`.

    Returns:
        Ellipsis.

    Source: R `tensorflow::all_dims`, re-exported by `keras3`.
    """
    return ...


# Lists ----------------------------------------------------------------------------------------------------------------


@Checked
def zip_lists(*lists, **named):
    """Turn lists of the same length inside out: `zip_lists([1, 2], ["a", "b"])` is [(1, "a"), (2, "b")].

    Args:
        *lists: lists; or dicts, which are matched by their names and may have them in any order.
        **named: lists by name, `zip_lists(x=[1, 2], y=["a", "b"])`: then each element is a dict.

    Returns:
        A list, for dicts a dict, of tuples, for lists by name of dicts.

    Raises:
        ArgumentError: if the lists differ in length, or the dicts in their names.

    Source: R `keras3::zip_lists`, `keras::zip_lists`.
    """
    if lists and named:
        raise ArgumentError("zip_lists: give all lists by name, or none")
    parts = list(named.values()) if named else list(lists)
    if not parts:
        return []
    if any(isinstance(part, dict) for part in parts):
        return _zip_dicts(parts, list(named))
    parts = [list(part) for part in parts]
    if len({len(part) for part in parts}) > 1:
        raise ArgumentError(f"zip_lists: the lists differ in length: {', '.join(str(len(part)) for part in parts)}")
    return [_row(row, list(named)) for row in zip(*parts, strict=True)]


def _zip_dicts(parts, names):
    first = parts[0]
    for part in parts:
        if not isinstance(part, dict) or not isinstance(first, dict):
            raise ArgumentError("zip_lists: either all of them are dicts, or none")
        odd = [str(key) for key in [*part, *first] if (key in part) != (key in first)]
        if odd:
            raise ArgumentError(f"zip_lists: the names differ: {', '.join(odd)} is not in all of them")
    return {key: _row([part[key] for part in parts], names) for key in first}


def _row(items, names):
    return dict(zip(names, items, strict=True)) if names else tuple(items)


@Checked
def named_list(*items, **named):
    """A dict: `named_list(x=x, y=y)`. R takes the names from what is written; Python cannot, so they are given.

    Args:
        **named: the items by their names.
        *items: nothing may stand here: an item without a name is an error.

    Returns:
        A dict.

    Raises:
        ArgumentError: if an item has no name.

    Source: R `keras3::named_list`.
    """
    if items:
        raise ArgumentError(f"named_list: {say(items[0])} has no name: write named_list(name=...)")
    return named


def _tuple(*items, convert=False):
    """A tuple of its arguments, `tuple(1, 2)`; of one list, its elements. An attribute of the module only.

    Args:
        *items: the elements; or a single list of them.
        convert: no effect.

    Returns:
        Python's tuple.

    Source: R `reticulate::tuple`, re-exported by both packages.
    """
    if len(items) == 1 and isinstance(items[0], (list, tuple)):
        return tuple(items[0])
    return items


# Iterators ------------------------------------------------------------------------------------------------------------


@Checked
def as_iterator(x):
    """An iterator over `x`: a dataset, a list, a generator, or R's kind, a function that returns None at its end.

    Args:
        x: what to go through.

    Returns:
        An iterator, for iter_next().

    Raises:
        DataError: if there is nothing to go through.

    Source: R `reticulate::as_iterator`, re-exported by `keras3`.
    """
    if callable(x) and not hasattr(x, "__iter__") and not hasattr(x, "__getitem__"):
        return iter(x, None)
    try:
        return iter(x)
    except TypeError:
        raise DataError(f"as_iterator: {say(x)} has no elements to go through") from None


@Checked
def iter_next(it, completed=None):
    """The next element of an iterator.

    Args:
        it: an iterator, from as_iterator().
        completed: what comes back when there is none left.

    Returns:
        The element, or `completed`.

    Raises:
        DataError: if `it` is no iterator.

    Source: R `reticulate::iter_next`, re-exported by `keras3`.
    """
    if not hasattr(it, "__next__"):
        raise DataError(f"iter_next: {say(it)} is no iterator: make one first, it = as_iterator(...)")
    return next(it, completed)


@Checked
def iterate(it, f=None, simplify=True):
    """Go through all elements, and collect what a function returns for each.

    Args:
        it: what to go through, as for as_iterator().
        f: a function of an element; None returns the elements themselves.
        simplify: no effect: the result is a list.

    Returns:
        A list.

    Raises:
        DataError: if there is nothing to go through.

    Source: R `reticulate::iterate`, re-exported by `keras3`.
    """
    elements = as_iterator(it)
    return list(elements if f is None else map(f, elements))


# Modules and objects --------------------------------------------------------------------------------------------------


@Checked
def import_(module, as_=None, convert=True, delay_load=False):
    """A Python module by its name: `np = import_("numpy")`. An attribute of the module only: Python has a statement.

    Args:
        module: its name, such as "numpy" or "os.path".
        as_, convert, delay_load: no effect.

    Returns:
        The module.

    Raises:
        UnavailableError: if there is no such module.

    Source: R `reticulate::import`, re-exported by `keras3`.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UnavailableError(f"import_: there is no module {module}: {error}") from None


@Checked
def py_to_r(x):
    """`x` itself: there is no R here to convert it for.

    Args:
        x: any object.

    Returns:
        The same object.

    Source: R `reticulate::py_to_r`, re-exported by `keras3`.
    """
    return x


@Checked
def r_to_py(x, convert=False):
    """`x` itself: it is a Python object already.

    Args:
        x: any object.
        convert: no effect.

    Returns:
        The same object.

    Source: R `reticulate::r_to_py`, re-exported by `keras3`.
    """
    return x


@Checked
def py_help(object):
    """Show the help of an object: Python's help().

    Args:
        object: any object.

    Returns:
        None.

    Source: R `reticulate::py_help`, re-exported by `keras3`.
    """
    help(object)


# TensorBoard ----------------------------------------------------------------------------------------------------------

_BOARDS: list = []


@Checked
def tensorboard(
    log_dir="logs", action="start", host="127.0.0.1", port="auto", launch_browser=None, reload_interval=5,
    purge_orphaned_data=True
):  # fmt: skip
    """Start TensorBoard on the logs that callback_tensorboard() writes, in a process of its own.

    Args:
        log_dir: the folder of the logs, or several in a list.
        action: "start", or "stop" for those that were started.
        host: where it listens.
        port: the port it listens at; "auto" finds a free one.
        launch_browser: whether to open it in a browser; None does so in an interactive session.
        reload_interval: seconds between looks at new logs.
        purge_orphaned_data: whether logs that a restarted training has replaced are left out.

    Returns:
        Its address; for "stop" None.

    Raises:
        InvalidValueError: if `action` is neither.
        UnavailableError: if TensorBoard is not installed.

    Source: R `tensorflow::tensorboard`, re-exported by both packages.
    """
    if action not in ("start", "stop"):
        near = suggestion(action, ["start", "stop"])
        raise InvalidValueError(f'tensorboard: action must be "start" or "stop", it got {action!r}{near}')
    if action == "stop":
        while _BOARDS:
            _BOARDS.pop().terminate()
        return None
    if importlib.util.find_spec("tensorboard") is None:
        raise UnavailableError("tensorboard: TensorBoard is not installed: pip install tensorboard")
    number = _free_port(host) if port == "auto" else values.count(port, "port", "tensorboard", least=1)
    folders = [log_dir] if isinstance(log_dir, str) or hasattr(log_dir, "__fspath__") else list(log_dir)
    seconds = values.number(reload_interval, "reload_interval", "tensorboard")
    command = [
        *(sys.executable, "-m", "tensorboard.main", "--host", str(host), "--port", str(number)),
        *("--logdir_spec" if len(folders) > 1 else "--logdir", ",".join(map(str, folders))),
        *("--reload_interval", str(seconds), f"--purge_orphaned_data={bool(purge_orphaned_data)}".lower()),
    ]
    _BOARDS.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    url = f"http://{host}:{number}/"
    print(f"Started TensorBoard at {url}")
    if launch_browser or (launch_browser is None and hasattr(sys, "ps1")):
        webbrowser.open(url)
    return url


def _free_port(host):
    import socket

    with socket.socket() as one:
        one.bind((host, 0))
        return one.getsockname()[1]


# Names that a star import must not bring: they would hide Python's, or the user's own `import keras`.
ATTRIBUTES = {"import_": import_, "keras": keras, "tuple": Checked(_tuple, "tuple")}

__all__ = ["newaxis", *(name for name in name_members(globals()) if name not in ATTRIBUTES)]
