"""How an op_* is called: piped or not, by position or name, in layers and models; and what it says of a wrong call."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import differences
from pipekeras._keras import keras
from pipekeras.coverage import python_name

X = np.arange(6, dtype="float32").reshape(2, 3)


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


# What stays: direct calls ---------------------------------------------------------------------------------------------


def test_numbers_lists_and_tensors_are_computed_with_at_once():
    assert float(numpy(pk.op_exp(0))) == 1
    assert numpy(pk.op_mean([1, 2, 6])) == 3
    assert numpy(pk.op_mean((1, 2, 6))) == 3
    assert numpy(pk.op_sum(keras.ops.ones((2, 2)), 0)).tolist() == [2, 2]
    assert float(numpy(pk.op_round(2.6))) == 3
    assert float(numpy(pk.op_leaky_relu(-1.0, 0.5))) == -0.5


# Pipes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: X >> pk.op_mean(axis=-1), [1, 4]),
        (lambda: X >> pk.op_mean(-1), [1, 4]),
        (lambda: X >> pk.op_sum(0.0), [3, 5, 7]),
        (lambda: X >> pk.op_add(X), X + X),
        (lambda: X >> pk.op_add(1), X + 1),
        (lambda: X >> pk.op_subtract(1), X - 1),
        (lambda: X >> pk.op_clip(1, 4), X.clip(1, 4)),
        (lambda: X >> pk.op_transpose((1, 0)), X.T),
        (lambda: X >> pk.op_transpose(), X.T),
        (lambda: X >> pk.op_round(1), X),
        (lambda: X >> pk.op_tril(-1), np.tril(X, -1)),
        (lambda: (X > 2) >> pk.op_where(X, 0), np.where(X > 2, X, 0)),
        (lambda: (X > 2) >> pk.op_where(X, x2=0), np.where(X > 2, X, 0)),
        (lambda: [X, X] >> pk.op_concatenate(axis=1), np.concatenate([X, X], 1)),
        (lambda: [X, X] >> pk.op_stack(1), np.stack([X, X], 1)),
        (lambda: [X, X] >> pk.op_hstack(), np.hstack([X, X])),
        (lambda: X >> pk.op_vstack(X), np.vstack([X, X])),
        (lambda: X >> pk.op_tensordot(X.T, 1), X @ X.T),
        (lambda: X >> pk.op_einsum("ij,kj->ik", X), X @ X.T),
        (lambda: X >> pk.op_rearrange("a b -> b a"), X.T),
        (lambda: X >> pk.op_cast("int32") >> pk.op_add(1), X + 1),
        (lambda: X >> pk.op_shape() >> pk.op_ones(), np.ones((2, 3))),
        (lambda: X >> pk.op_reshape((None, 2)) >> pk.op_max(axis=0), [4, 5]),
    ],
)
def test_pipes(call, expected):
    np.testing.assert_allclose(numpy(call()), expected)


def test_what_lacks_its_first_argument_waits_and_can_be_called():
    waiting = pk.op_add(1)
    assert repr(waiting) == "<op_add(...) waits for what it applies to: pipe it in with `>> op_add(...)`>"
    np.testing.assert_allclose(numpy(waiting(X)), X + 1)


def test_where_runs_with_one_and_three_arguments_and_waits_with_two():
    assert len(pk.op_where(X > 2)) == 2
    np.testing.assert_allclose(numpy(pk.op_where(X > 2, X, 0)), np.where(X > 2, X, 0))
    assert "waits" in repr(pk.op_where(X, 0))


def test_layers_and_ops_make_chains():
    chain = pk.layer_dense(4) >> pk.op_relu() >> pk.op_sum(axis=-1)
    assert tuple((keras.Input((3,)) >> chain).shape) == (None,)
    assert numpy(X >> chain).shape == (2,)


# Models ---------------------------------------------------------------------------------------------------------------


def test_activations_and_lambdas_take_the_bare_function(tmp_path):
    model = (
        pk.keras_model_sequential(input_shape=(3,))
        >> pk.layer_dense(2, activation=pk.op_relu)
        >> pk.layer_lambda(lambda x: pk.op_mean(x, axis=1))
    )
    assert model.layers[0].get_config()["activation"] == "relu"
    assert numpy(model(X)).shape == (2,)
    plain = pk.keras_model_sequential(input_shape=(3,)) >> pk.layer_dense(2, activation=pk.op_relu)
    plain.save(tmp_path / "plain.keras")
    again = keras.models.load_model(tmp_path / "plain.keras")
    np.testing.assert_allclose(numpy(again(X)), numpy(plain(X)))


def test_a_functional_model_of_ops_is_plain_keras(tmp_path):
    x = keras.Input((3,))
    model = keras.Model(x, x >> pk.op_multiply(2.0) >> pk.op_sum(axis=-1, keepdims=True))
    model.save(tmp_path / "ops.keras")
    assert "pipekeras" not in model.to_json()
    np.testing.assert_allclose(numpy(keras.models.load_model(tmp_path / "ops.keras")(X)), 2 * X.sum(1, keepdims=True))


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (
            lambda: pk.op_sum(X, axis=2),
            pk.InvalidValueError,
            r"op_sum: axis 2 does not exist: x of shape \(2, 3\) has axes 0 to 1, or from the end -2 to -1; they count",
        ),
        (
            lambda: pk.op_expand_dims(X, 3),
            pk.InvalidValueError,
            r"op_expand_dims: axis 3 does not exist: what comes of x",
        ),
        (lambda: pk.op_concatenate([X, X], axis=2), pk.InvalidValueError, "op_concatenate: axis 2 does not exist"),
        (lambda: pk.op_mean([1, 2], axis=1), pk.InvalidValueError, "has axis 0 alone; they count from 0"),
        (lambda: pk.op_swapaxes(X, 0, 2), pk.InvalidValueError, "op_swapaxes: axis2 2 does not exist"),
        (
            lambda: pk.op_argmax(X, zero_indexed=False),
            pk.ArgumentError,
            "op_argmax: zero_indexed=False would be R's counting from 1; here indices always count from 0",
        ),
        (lambda: pk.op_sum(X, axs=1), pk.ArgumentError, r"op_sum has no argument axs; did you mean axis\?"),
        (lambda: pk.op_sum(axs=1), pk.ArgumentError, r"op_sum has no argument axs; did you mean axis\?"),
        (lambda: pk.op_relu("a"), pk.DataError, "op_relu: x is 'a'; it must hold data"),
        (lambda: pk.op_add(X, None), pk.DataError, "op_add: x2 is None; it must hold data"),
        (
            lambda: pk.op_cast(X, "flot32"),
            pk.InvalidValueError,
            "dtype='flot32' is not a type; did you mean \"float32\"",
        ),
        (lambda: pk.op_zeros((2, None)), pk.InvalidValueError, "op_zeros: shape has None where a whole number belongs"),
        (
            lambda: pk.op_reshape(X, (2.5,)),
            pk.InvalidValueError,
            "op_reshape: newshape must be a whole number, it got 2.5",
        ),
        (lambda: pk.op_matmul(X, X), pk.ShapeError, r"op_matmul: .*x1 of shape \(2, 3\), x2 of shape \(2, 3\)"),
        (lambda: pk.op_add(X, np.ones(5)), pk.ShapeError, r"op_add: .*x1 of shape \(2, 3\), x2 of shape \(5,\)"),
        (lambda: pk.op_one_hot([0, 1.5], 3), pk.InvalidValueError, "op_one_hot: x must hold whole numbers, it has 1.5"),
        (lambda: pk.op_bitwise_and(keras.ops.ones(2), 1), pk.InvalidValueError, "op_bitwise_and: x holds decimals"),
        (lambda: pk.op_map([1.0], 3), pk.InvalidValueError, "op_map: f must be a function, it got 3"),
        (lambda: pk.op_stack([]), pk.InvalidValueError, "op_stack: x is empty; it must be a list of tensors"),
        (lambda: pk.op_fft(X), pk.InvalidValueError, "op_fft: x must be a pair of the real and the imaginary part"),
        (
            lambda: pk.op_image_resize(np.ones((4, 4, 3)), 8),
            pk.InvalidValueError,
            r"size must be \(height, width\), it got 8",
        ),
        (lambda: pk.op_relu(pk.layer_dense(2)), pk.PipeError, "op_relu applies to tensors, it got layer"),
        (
            lambda: X >> pk.op_relu,
            pk.PipeError,
            r"op_relu stands after >> without parentheses: write >> op_relu\(...\)",
        ),
        (lambda: pk.op_einsum("ij->ji", X, X), pk.InvalidValueError, '"ij->ji" speaks of 1 operands, it got 2'),
        (lambda: pk.op_einsum("ij,jk->ik", X, X), pk.ShapeError, r"op_einsum: .*\(given shapes \(2, 3\), \(2, 3\)\)"),
        (lambda: pk.op_meshgrid([1], [2], indexing="yx"), pk.InvalidValueError, 'indexing must be "xy" or "ij"'),
        (lambda: pk.op_rearrange(X, 3), pk.InvalidValueError, "op_rearrange: pattern must be text such as"),
    ],
)
def test_wrong_calls_are_told_in_their_own_words(call, kind, said):
    with pytest.raises(kind, match=said):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: pk.op_take(X, [0, 3], axis=1),
        lambda: pk.op_take(X, 6),
        lambda: pk.op_take_along_axis(X, [[0, 5]], axis=1),
        lambda: pk.op_slice(X, (0, 2), (1, 2)),
        lambda: pk.op_slice_update(X, (0, 2), X[:1, :2]),
        lambda: pk.op_get_item(X, (0, 3)),
    ],
)
def test_an_index_that_does_not_exist_is_an_error_on_every_backend(call):
    with pytest.raises(pk.InvalidValueError, match=r"op_\w+: "):
        call()


def test_a_model_is_no_tensor():
    model = pk.keras_model_sequential(input_shape=(3,)) >> pk.layer_dense(2)
    for call in (lambda: pk.op_relu(model), lambda: model >> pk.op_relu(), lambda: model >> pk.op_subset(0)):
        with pytest.raises(
            pk.PipeError, match=r"applies to tensors, it got model .*: pipe its output, as in model.output"
        ):
            call()


# Values of R ----------------------------------------------------------------------------------------------------------


def test_whole_floats_are_whole_numbers_and_numbers_of_other_types_decide_nothing():
    assert numpy(pk.op_one_hot(np.array([0.0, 2.0]), 3.0)).argmax(1).tolist() == [0, 2]
    assert numpy(pk.op_take([5.0, 6.0], [1.0])).tolist() == [6]
    assert numpy(pk.op_bitwise_and([5.0], [4.0])).tolist() == [4]
    assert numpy(pk.op_repeat([1, 2], 2.0)).tolist() == [1, 1, 2, 2]
    assert numpy(pk.op_clip([1, 2, 3], 1.5, 2.5)).tolist() == [1.5, 2, 2.5]
    assert numpy(pk.op_solve([[2, 0], [0, 4]], [2.0, 4.0])).tolist() == [1, 1]
    assert numpy(pk.op_softmax([0, 0])).tolist() == [0.5, 0.5]
    assert numpy(pk.op_conv(np.ones((1, 3, 3, 1)), np.ones((3, 3, 1, 1), "float32"))).item() == 9


def test_none_stands_for_left_out():
    assert numpy(pk.op_sum(X, axis=None, keepdims=None or False)) == 15
    assert numpy(pk.op_argmax(X, axis=None, zero_indexed=None)) == 5
    assert numpy(pk.op_argmax(X, zero_indexed=True)) == 5


def test_what_keras_cannot_do_on_some_backend():
    assert numpy(pk.op_average(X, axis=0, weights=[1, 3])).tolist() == np.average(X, 0, [1, 3]).tolist()
    assert numpy(pk.op_linspace([0, 1], [1, 2], 3, axis=1)).tolist() == [[0, 0.5, 1], [1, 1.5, 2]]
    points, step = pk.op_linspace([0, 1], [1, 2], 3, retstep=True, axis=-1)
    assert (numpy(points).shape, numpy(step).tolist()) == ((2, 3), [0.5, 0.5])
    assert numpy(pk.op_segment_sum([1.0, 2.0, 3.0], [0, 0, 1])).tolist() == [3, 3]
    assert numpy(pk.op_max_pool(np.ones((1, 4, 4, 1)), 2, padding="same")).shape == (1, 2, 2, 1)
    for width in (1, (1, 2), ((1, 2),), ((1, 2), (0, 1))):
        assert numpy(pk.op_pad(X, width)).tolist() == np.pad(X, width).tolist()
    with pytest.raises(pk.InvalidValueError, match="op_average: weights with one axis need an axis of x"):
        pk.op_average(X, weights=[1, 2])
    assert numpy(pk.op_repeat(X, [1, 2], axis=0)).tolist() == X.repeat([1, 2], 0).tolist()
    assert float(numpy(pk.op_get_item(X, [1.0, 2]))) == 5
    assert numpy(pk.op_get_item(X, (slice(0, 1.0), slice(None)))).tolist() == [[0, 1, 2]]


def test_every_axis_of_what_keras_counts_wrong_on_torch():
    x = np.arange(24).reshape(2, 3, 4) % 3
    assert numpy(pk.op_count_nonzero(x, axis=0)).tolist() == np.count_nonzero(x, axis=0).tolist()
    assert numpy(pk.op_sum(x, keepdims=True)).shape == (1, 1, 1)


def test_the_differences_speak_of_the_ops():
    ops = [name for name in pk.__all__ if name.startswith("op_")]
    spoken_of = {python_name(name) for name in differences.MEANING if name.startswith("op_")}
    assert {"op_arange", "op_nonzero", "op_subset", "op_tensordot"} <= spoken_of <= set(ops)
