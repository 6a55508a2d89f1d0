"""functions.py: functions of Keras's in one line: they wait for what is piped in and put errors into our words."""

import pytest

from pipekeras import functions
from pipekeras.errors import ArgumentError, InvalidValueError, PipeError, ShapeError, UnavailableError
from pipekeras.functions import FunctionWrapper, PlainFunctionWrapper
from pipekeras.pipe import Call


def wrapper(function, kind=FunctionWrapper, **differs):
    """A wrapper of a plain function, as if Keras had it."""
    made = kind("f", **differs)
    made.keras_class = function
    made.__name__ = "op_f"
    return made


def listed(x, y, z=3):
    return [x, y, z]


def test_it_runs_when_all_it_requires_is_there():
    f = wrapper(listed)
    assert f(1, 2) == [1, 2, 3]
    assert f(1, y=2, z=4) == [1, 2, 4]
    assert f(x=1, y=2) == [1, 2, 3]


def test_it_waits_when_its_first_argument_alone_is_missing():
    f = wrapper(listed)
    assert isinstance(f(2), Call)
    assert [1] >> f(2) == [[1], 2, 3]
    assert [1] >> f(2, z=5) == [[1], 2, 5]
    assert [1] >> f(y=2, z=5) == [[1], 2, 5]
    assert f(2)([1]) == [[1], 2, 3]


def test_more_than_one_missing_is_an_error_now():
    with pytest.raises(ArgumentError, match=r"op_f needs x: op_f\(x=...\)"):
        wrapper(listed)()
    with pytest.raises(ArgumentError, match=r"op_f needs y: op_f\(y=...\)"):
        wrapper(listed)(x=1)


def test_a_wrong_argument_is_found_before_anything_is_piped_in():
    with pytest.raises(ArgumentError, match="op_f has no argument q"):
        wrapper(listed)(2, q=1)
    with pytest.raises(ArgumentError, match="op_f got y twice"):
        wrapper(listed)(1, 2, y=3)


def test_old_names_count_as_given():
    f = wrapper(listed, old={"a": "x"})
    assert f(a=1, y=2) == [1, 2, 3]


def test_plain_ones_never_wait():
    f = wrapper(listed, PlainFunctionWrapper)
    with pytest.raises(ArgumentError, match="op_f needs y"):
        f(1)


def test_models_are_refused_and_layers_make_chains():
    from pipekeras._keras import keras

    f = wrapper(lambda x: x)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(PipeError, match=r"op_f applies to tensors, it got model .* add layer_lambda\(op_f\)"):
        model >> f()
    with pytest.raises(PipeError, match="op_f applies to tensors, it got layer"):
        f(keras.layers.Dense(1))
    assert tuple((keras.Input((2,)) >> (keras.layers.Dense(3) >> f())).shape) == (None, 3)


def raising(error):
    def f(x):
        raise error

    return wrapper(f)


Backend = type("InvalidArgumentError", (Exception,), {"__module__": "tensorflow.errors"})
Unimplemented = type("UnimplementedError", (Exception,), {"__module__": "tensorflow.errors"})
Exhausted = type("ResourceExhaustedError", (Exception,), {"__module__": "tensorflow.errors"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Backend("{{function_node x}} Incompatible shapes: [2] vs. [3] [Op:AddV2] name: "), ShapeError),
        (Backend("Input is not invertible"), InvalidValueError),
        (RuntimeError("The size of tensor a (2) must match"), ShapeError),
        (IndexError("index 5 is out of range"), InvalidValueError),
        (ZeroDivisionError("division by zero"), InvalidValueError),
        (AssertionError(), InvalidValueError),
        (NotImplementedError("not for 'Int'"), UnavailableError),
        (Unimplemented("no kernel"), UnavailableError),
    ],
)
def test_errors_of_backends_are_ours(error, kind):
    with pytest.raises(kind, match="op_f: ") as caught:
        raising(error)(1)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [Exhausted("OOM"), MemoryError(), RecursionError(), OSError("disk"), KeyboardInterrupt()]
)
def test_what_no_caller_did_wrong_passes_as_it_is(error):
    with pytest.raises(type(error)):
        raising(error)(1)


def test_what_an_error_says_in_one_line():
    text = "{{function_node __wrapped__AddV2}} Incompatible shapes: [2] vs. [3] [Op:AddV2] name: "
    assert functions.said(Backend(text)) == "Incompatible shapes: [2] vs. [3]"
    assert functions.said(ValueError("one\ntwo\n\nthree")) == "one two"
    assert functions.said(AssertionError()) == "AssertionError"
    traced = 'in user code:\n\n    File "nn.py", line 7\n        return f(x)\n\n    ValueError: Depth (3) is odd.\n'
    assert functions.said(ValueError(traced)) == "Depth (3) is odd."
    assert len(functions.said(ValueError("a" * 1000))) == 300
