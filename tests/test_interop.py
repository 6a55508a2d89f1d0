"""interop.py: what lies between R and Python in R."""

import sys

import numpy as np
import pandas as pd
import pytest

import pipekeras as pk
from pipekeras import interop
from pipekeras._keras import keras


def test_a_star_import_leaves_pythons_names_alone():
    names = {}
    exec("from pipekeras import *", names)
    assert not {"tuple", "import_", "keras"} & names.keys()
    assert pk.tuple(1, 2) == (1, 2) and pk.tuple([1, 2], convert=True) == (1, 2)
    assert pk.import_("json") is sys.modules["json"]
    assert pk.keras.layers.Dense is keras.layers.Dense
    with pytest.raises(pk.UnavailableError, match="there is no module no_such_module"):
        pk.import_("no_such_module")


def test_arrays():
    x = np.arange(6, dtype="float32").reshape(2, 3)
    copy = pk.np_array(x)
    assert copy is not x and copy.dtype == "float32"
    assert pk.np_array([1, 2], "float64").dtype == "float64"
    assert pk.np_array(x, order="F").flags.f_contiguous
    assert (x >> pk.np_array("int64")).dtype == "int64"
    assert pk.np_array(keras.ops.ones((2,))).tolist() == [1, 1]
    assert pk.np_array(["a", "b"]).tolist() == ["a", "b"]
    with pytest.raises(pk.DataError, match="could not convert"):
        pk.np_array(["a"], "float32")
    with pytest.raises(pk.InvalidValueError, match='order must be "C" or "F"'):
        pk.np_array([1], order="K")


def test_arrays_for_keras():
    assert pk.keras_array([[1.0, 2.0]]).dtype == "float32"
    assert pk.keras_array([1, 2]).dtype.kind == "i"
    assert pk.keras_array(np.ones((2, 3), order="F")).flags.c_contiguous
    both = pk.keras_array({"a": [1.5], "b": [np.ones(2), np.zeros((2, 2))]})
    assert both["a"].dtype == "float32" and [b.shape for b in both["b"]] == [(2,), (2, 2)]
    assert pk.keras_array(pd.DataFrame({"u": [1.0], "v": [2.0]})).shape == (1, 2)
    assert pk.keras_array([1, 2], dtype="float64").dtype == "float64"


def test_tensors_and_variables():
    x = pk.as_tensor([1, 2], "float32", name="x")
    assert keras.ops.is_tensor(x) and keras.ops.convert_to_numpy(x).tolist() == [1, 2]
    assert keras.ops.is_tensor(pd.DataFrame({"u": [1.0]}) >> pk.as_tensor())
    with pytest.raises(pk.DataError, match="as_tensor: "):
        pk.as_tensor([[1, 2], [3]])
    with pytest.raises(pk.DataError, match="as_tensor: .*flot"):
        pk.as_tensor([1, 2], "flot")
    variable = pk.keras_variable([1.0, 2.0], trainable=False)
    assert isinstance(variable, keras.Variable) and not variable.trainable
    assert tuple(pk.keras_variable(pk.initializer_zeros(), shape=(2.0, 3)).shape) == (2, 3)


def test_what_an_index_leaves_open():
    x = np.arange(6).reshape(2, 3)
    assert x[pk.all_dims()].shape == (2, 3) and x[:, pk.newaxis].shape == (2, 1, 3)


def test_lists_inside_out():
    assert pk.zip_lists([1, 2], ["a", "b"]) == [(1, "a"), (2, "b")]
    assert pk.zip_lists(x=[1, 2], y=["a", "b"]) == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]
    assert pk.zip_lists({"a": 1, "b": 2}, {"b": 4, "a": 3}) == {"a": (1, 3), "b": (2, 4)}
    assert pk.zip_lists(x={"a": 1}, y={"a": 2}) == {"a": {"x": 1, "y": 2}}
    assert pk.zip_lists() == []


@pytest.mark.parametrize(
    ("lists", "named", "text"),
    [
        (([1], [1, 2]), {}, "differ in length: 1, 2"),
        (({"a": 1}, {"b": 1}), {}, "the names differ: b, a"),
        (({"a": 1}, [1]), {}, "either all of them are dicts, or none"),
        (([1],), {"x": [1]}, "all lists by name, or none"),
    ],
)
def test_lists_that_do_not_match(lists, named, text):
    with pytest.raises(pk.ArgumentError, match=text):
        pk.zip_lists(*lists, **named)


def test_names_are_given():
    assert pk.named_list(x=1, y=2) == {"x": 1, "y": 2}
    with pytest.raises(pk.ArgumentError, match="has no name: write named_list"):
        pk.named_list(1)


def test_iterators():
    it = pk.as_iterator([1, 2])
    assert [pk.iter_next(it), pk.iter_next(it), pk.iter_next(it), pk.iter_next(it, "end")] == [1, 2, None, "end"]
    left = [3, 2, 1]
    assert pk.iterate(lambda: left.pop() if left else None) == [1, 2, 3]
    assert pk.iterate(range(3), lambda i: i * 2, simplify=False) == [0, 2, 4]
    with pytest.raises(pk.DataError, match="no iterator: make one first"):
        pk.iter_next([1])
    with pytest.raises(pk.DataError, match="3 has no elements"):
        pk.as_iterator(3)


def test_objects_stay_what_they_are(capsys):
    x = object()
    assert pk.py_to_r(x) is x and pk.r_to_py(x, convert=True) is x
    pk.py_help(len)
    assert "number of items" in capsys.readouterr().out


def test_tensorboard_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(interop.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(pk.UnavailableError, match="pip install tensorboard"):
        pk.tensorboard("logs")
    with pytest.raises(pk.InvalidValueError, match='must be "start" or "stop", it got .stat.'):
        pk.tensorboard("logs", "stat")


def test_tensorboard_is_a_process_of_its_own(monkeypatch, tmp_path, capsys):
    class Process:
        alive = True

        def __init__(self, command, **streams):
            self.command = command
            started.append(self)

        def terminate(self):
            self.alive = False

    started = []
    monkeypatch.setattr(interop.importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(interop.subprocess, "Popen", Process)
    url = pk.tensorboard(tmp_path, port=6006.0, launch_browser=False)
    assert url == "http://127.0.0.1:6006/" and url in capsys.readouterr().out
    command = started[0].command
    assert command[command.index("--logdir") + 1] == str(tmp_path) and command[command.index("--port") + 1] == "6006"
    pk.tensorboard(["a", "b"], launch_browser=False)
    assert started[1].command[started[1].command.index("--logdir_spec") + 1] == "a,b"
    pk.tensorboard(action="stop")
    assert not any(process.alive for process in started)
