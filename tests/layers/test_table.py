"""What every layer function keeps to, one table for all: tests/layers/table.py."""

import inspect

import pytest

import pipekeras.layers as L
from layers.table import APPLICABLE, CASES, from_r, r_formals
from pipekeras import values
from pipekeras.errors import ArgumentError, InvalidValueError, UnavailableError

pytestmark = pytest.mark.mixed

WHOLE = (values.count, values.size, values.maybe_whole, values.wholes)

# Where our default is not the one that R's formals show, and why. keras3's, or 2.x's where keras3 has no such name.
OTHER_DEFAULTS = {
    ("layer_average_pooling_1d", "pool_size"): 2,  # required in keras3; 2.x had a default, which course code relies on
    ("layer_average_pooling_2d", "pool_size"): (2, 2),
    ("layer_average_pooling_3d", "pool_size"): (2, 2, 2),
    ("layer_locally_connected_2d", "strides"): 1,  # c(1L, 1L) in R: the same
    ("layer_conv_lstm_1d", "unroll"): False,  # R shows none, but does not ask for it either
    ("layer_conv_lstm_2d", "unroll"): False,
    ("layer_conv_lstm_3d", "unroll"): False,
}

# NULL stands in R's formals for "left out"; Keras takes no None here, and neither did 2.x.
NEVER_NONE = {("layer_attention", "dropout")}

# Keras 3.15 returns the symbolic input itself from these layers, and then refuses the model as a cycle.
NOT_IN_A_MODEL = {"layer_equalization"}

# Arguments that go by name alone in ours, though R has them by position: what any 2.x layer had, last of all.
STANDARD = {"input_shape", "batch_input_shape", "batch_size", "dtype", "name", "trainable", "weights"}
NOT_ARGUMENTS = {"...", "object", "inputs"}


def everywhere(names):
    return pytest.mark.parametrize("name", names)


def made(case, backend, **more):
    reason = case.missing(backend)
    if reason:
        pytest.skip(reason)
    return case.function(**{**case.values(), **more})


def plain(value):
    """A configuration in which a tuple and a list are the same, as they are once saved."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def shape_of(output):
    if isinstance(output, (list, tuple)):
        return [shape_of(o) for o in output]
    return tuple(output.shape)


def test_the_table_has_every_name_and_no_other():
    assert sorted(CASES) == sorted(L.__all__)
    assert len(L.__all__) == 148


def test_every_layer_of_both_packages_is_there():
    r_names = {
        name
        for package in ("keras2", "keras3")
        for name in r_formals(package)
        if name.startswith(("layer_", "rnn_cell")) or name in ("bidirectional", "time_distributed")
    }
    assert r_names - set(L.__all__) == {"layer_input"}  # with the models: it makes no layer


PIPED = [case for case in APPLICABLE if case.has_receiver]
SINGLE = [case for case in PIPED if len(case.shapes) == 1 and case.name not in NOT_IN_A_MODEL]


def cases(chosen):
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.name)


@cases(PIPED)
class TestPiped:
    def test_applies_to_tensors_in_both_forms(self, case, backend):
        import keras

        made(case, backend)
        dtype = None if case.dtype == "float32" else case.dtype
        inputs = [keras.Input(shape, dtype=dtype) for shape in case.shapes]
        x = inputs[0] if len(inputs) == 1 else inputs
        piped = x >> case.function(**case.values())
        called = case.function(x, **case.values())
        by_name = case.function(object=x, **case.values())
        assert shape_of(piped) == shape_of(called) == shape_of(by_name)

    def test_applies_to_arrays(self, case, backend):
        layer = made(case, backend)
        arrays = case.arrays()
        output = (arrays[0] if len(arrays) == 1 else arrays) >> layer
        assert shape_of(output)[0] == 2


@cases(SINGLE)
def test_stands_in_a_sequential_model(case, backend):
    import keras

    layer = made(case, backend)
    dtype = None if case.dtype == "float32" else case.dtype
    model = keras.Sequential([keras.Input(case.shapes[0], dtype=dtype)])
    assert model >> layer is model
    assert model.layers[-1] is layer
    alone = keras.Input(case.shapes[0], dtype=dtype) >> case.function(**case.values())
    assert tuple(model.output_shape) == shape_of(alone)


@cases(APPLICABLE)
class TestMade:
    def test_makes_the_keras_class_under_its_name(self, case, backend):
        layer = made(case, backend, name="mine")
        assert type(layer) is case.function.keras_class and layer.name == "mine"

    def test_survives_its_configuration(self, case, backend):
        import keras

        layer = made(case, backend)
        functions = {"_twice": case.values().get("f")}  # layer_lambda's
        with keras.saving.custom_object_scope(functions if case.name == "layer_lambda" else {}):
            again = type(layer).from_config(layer.get_config())
        assert type(again) is type(layer)
        assert plain(again.get_config()) == plain(layer.get_config())

    def test_whole_floats_are_whole_numbers(self, case, backend):
        """Every argument that counts something takes 3.0 for 3: those of the table, the others by their defaults."""
        function = case.function
        arguments = {
            p.name: p.default
            for p in inspect.signature(function).parameters.values()
            if values.ARGUMENTS.get(p.name) in WHOLE and function._converts(p.name) and has_number(p.default)
        }
        arguments.update(case.values())
        if "seed" in function._known:
            arguments["seed"] = 1  # some layers draw one, which their configuration then has
        as_floats = {
            name: floats(value) if values.ARGUMENTS.get(name) in (*WHOLE, values.target_shape) else value
            for name, value in arguments.items()
        }
        wanted, got = made(case, backend, **arguments, name="z"), function(**{**arguments, **as_floats}, name="z")
        skip = {"layer", "cell", "cells", "layers", "backward_layer", "function"}  # one object in both
        assert without(got.get_config(), skip) == without(wanted.get_config(), skip)


def has_number(value):
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(has_number, value))
    return isinstance(value, int) and not isinstance(value, bool)


def floats(value):
    if isinstance(value, (list, tuple)):
        return type(value)(map(floats, value))
    return float(value) if has_number(value) else value


def without(config, keys):
    return {key: plain(value) for key, value in config.items() if key not in keys}


COUNTED = [
    (case.name, p)
    for case in APPLICABLE
    for p in ("units", "filters", "kernel_size", "pool_size", "n", "num_heads", "height", "output_dim", "groups")
    if p in case.values()
]


@pytest.mark.parametrize(("name", "argument"), COUNTED)
@pytest.mark.parametrize(
    ("bad", "text"),
    [(32.5, "must be a whole number, it got 32.5"), (None, "None"), (float("nan"), "NaN"), (True, "got True")],
)
def test_what_is_no_count_is_refused_by_name(name, argument, bad, text):
    with pytest.raises(InvalidValueError, match=rf"^{name}: {argument} ") as error:
        getattr(L, name)(**{**CASES[name].values(), argument: bad})
    assert text in str(error.value)


@everywhere([n for n in CASES if n != "layer_dense_features"])
def test_an_unknown_argument_is_refused(name, backend):
    case = CASES[name]
    reason = case.missing(backend)
    values = {} if reason else case.values()
    with pytest.raises(ArgumentError, match=f"^{name} has no argument blorp"):
        case.function(**values, blorp=1)


@everywhere(["layer_dense"])
def test_a_name_cut_short_as_r_allows_gets_a_hint(name):
    with pytest.raises(ArgumentError, match=r"^layer_dense has no argument act; did you mean activation\?$"):
        L.layer_dense(3, act="relu")
    with pytest.raises(ArgumentError, match=r"^layer_conv_2d has no argument filter; did you mean filters\?$"):
        L.layer_conv_2d(filter=3, kernel_size=3)
    with pytest.raises(
        ArgumentError, match=r"^layer_gru has no argument return_sequence; did you mean return_sequences\?$"
    ):
        L.layer_gru(3, return_sequence=True)


def test_what_cannot_be_says_what_to_use():
    with pytest.raises(UnavailableError, match=r"use\s+layer_feature_space\(\)"):
        L.layer_dense_features(feature_columns=[])(object())


# R's arguments --------------------------------------------------------------------------------------------------------


def formals_of(name):
    """keras3's formals, or 2.x's where keras3 has no such function."""
    return r_formals("keras3").get(name) or r_formals("keras2")[name]


@pytest.mark.parametrize(
    ("name", "package"),
    [(n, p) for p in ("keras2", "keras3") for n in CASES if n in r_formals(p) and n != "layer_dense_features"],
)
def test_every_argument_of_r_is_accepted_by_name(name, package, backend):
    """With the value that R's own formals give it, next to the arguments of the table."""
    case, formals = CASES[name], r_formals(package)[name]
    function = case.function
    known = {*inspect.signature(function).parameters, *function.old, *function.neutral, "inputs"}
    assert set(formals) - known <= {"..."}
    if not case.alone or case.missing(backend):
        return
    given = case.values()
    renamed = {function.old.get(argument, argument) for argument in given}
    for argument, default in formals.items():
        if (
            argument not in NOT_ARGUMENTS
            and default is not None
            and argument not in renamed
            and (name, argument) not in NEVER_NONE
        ):
            given[argument] = from_r(default)
    assert type(function(**given)) is function.keras_class


@everywhere([n for n in CASES if n != "layer_dense_features"])
def test_positional_order_is_rs(name):
    """Up to R's `...`; for functions that only 2.x has, up to the arguments that all its layers end with."""
    function, formals = CASES[name].function, list(formals_of(name))
    before = formals[: formals.index("...")] if "..." in formals else formals
    gone = set(function.neutral) | (STANDARD if name not in r_formals("keras3") else set())
    wanted = [a for a in before if a not in NOT_ARGUMENTS and a not in gone]
    positional = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional[: len(wanted)] == wanted


@everywhere([n for n in CASES if n != "layer_dense_features"])
def test_defaults_are_rs(name):
    function, formals = CASES[name].function, formals_of(name)
    parameters = inspect.signature(function).parameters
    for argument, default in formals.items():
        if argument in NOT_ARGUMENTS or argument in function.neutral:
            continue
        wanted = inspect.Parameter.empty if default is None else plain(from_r(default))
        wanted = plain(OTHER_DEFAULTS.get((name, argument), wanted))
        assert plain(parameters[argument].default) == wanted, argument


@pytest.mark.parametrize(("name", "argument"), OTHER_DEFAULTS)
def test_each_default_that_is_not_rs_really_differs(name, argument):
    default = formals_of(name)[argument]
    assert default is None or from_r(default) != OTHER_DEFAULTS[name, argument]
