"""What the table of test_ops_numbers.py cannot say: transforms and their inverses, losses by brute force, types."""

import itertools

import numpy as np
import pytest
import scipy.signal

import pipekeras as pk
from pipekeras._keras import keras

F = "float32"


def numpy(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def paths(labels, steps, classes):
    """All ways to spell `labels` in so many steps: repetitions fall together, then 0 falls out."""
    for path in itertools.product(range(classes), repeat=steps):
        merged = [p for i, p in enumerate(path) if i == 0 or p != path[i - 1]]
        if [p for p in merged if p] == labels:
            yield path


def test_ctc_loss_is_the_probability_of_all_spellings():
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(1, 4, 3)).astype(F)
    p = np.exp(logits[0]) / np.exp(logits[0]).sum(-1, keepdims=True)
    total = sum(np.prod([p[i, c] for i, c in enumerate(path)]) for path in paths([1, 2], 4, 3))
    got = pk.op_ctc_loss([[1.0, 2.0]], logits, [2.0], [4.0])
    np.testing.assert_allclose(numpy(got), [-np.log(total)], rtol=1e-4)
    np.testing.assert_allclose(numpy([[1, 2]] >> pk.op_ctc_loss(logits, [2], [4], mask_index=0.0)), numpy(got))


def test_ctc_decode_reads_the_likeliest_letter_of_each_step():
    steps = np.eye(3, dtype=F)[[1, 1, 0, 2, 0]][None] * 9
    (best,), score = pk.op_ctc_decode(steps, [5.0], mask_index=0)
    assert [i for i in numpy(best)[0].tolist() if i >= 0] == [1, 2]
    assert numpy(score).shape == (1, 1)


def test_stft_is_the_fourier_transform_of_each_window_and_istft_its_inverse(backend):
    x = np.random.default_rng(0).normal(size=(2, 32)).astype(F)
    whole = x >> pk.op_stft(8.0, 4.0, 8.0)
    around = np.pad(x, ((0, 0), (4, 4)), "reflect")
    frames = np.stack([around[:, i : i + 8] for i in range(0, 33, 4)], 1) * scipy.signal.get_window("hann", 8)
    np.testing.assert_allclose(numpy(whole[0]) + 1j * numpy(whole[1]), np.fft.rfft(frames), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(numpy(whole >> pk.op_istft(8, 4, 8, length=32.0)), x, atol=1e-4)
    if backend != "jax":  # where both take seconds to compile
        real, imaginary = pk.op_stft(x, 8, 4, 8, window=None, center=False)
        frames = np.stack([x[:, i : i + 8] for i in range(0, 25, 4)], 1)
        np.testing.assert_allclose(numpy(real) + 1j * numpy(imaginary), np.fft.rfft(frames), rtol=1e-3, atol=1e-4)


def test_gaussian_blur_spreads_a_dot_and_keeps_its_sum():
    dot = np.zeros((1, 7, 7, 1), F)
    dot[0, 3, 3, 0] = 1
    blurred = numpy(dot >> pk.op_image_gaussian_blur((3.0, 3.0), (1.0, 1.0)))
    weights = np.exp(-0.5 * np.array([1, 0, 1.0]))
    weights /= weights.sum()
    np.testing.assert_allclose(blurred[0, 2:5, 2:5, 0], np.outer(weights, weights), rtol=1e-4)


def test_elastic_transform_without_strength_changes_nothing_and_is_seeded():
    x = np.random.default_rng(0).random((1, 8, 8, 3)).astype(F)
    np.testing.assert_allclose(numpy(pk.op_image_elastic_transform(x, alpha=0.0, seed=1.0)), x, atol=1e-5)
    one, two = (numpy(pk.op_image_elastic_transform(x, alpha=5.0, seed=4)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - x).max() > 1e-3


def test_what_lists_and_arrays_become():
    assert pk.op_dtype([1.5, 2]) == "float32"
    assert pk.op_dtype([1, 2]) == "int32"
    assert pk.op_dtype([True, False]) == "bool"
    assert pk.op_dtype(np.array([1, 2], "int8")) == "int8"
    assert pk.op_dtype(pk.op_convert_to_tensor([1, 2], dtype="float16")) == "float16"
    assert pk.op_dtype(pk.op_array([1.5], "int32")) == "int32"
    assert pk.op_dtype(pk.op_empty((2.0, 3), dtype=np.float16)) == "float16"
    assert tuple(pk.op_shape(pk.op_empty([2.0, 3.0]))) == (2, 3)
    assert pk.op_dtype(pk.op_add(np.ones(2, F), np.float64(1))) == "float32"  # a number's type decides nothing


def test_numbers_of_r_that_are_too_large_for_32_bits_stay_what_they_are(only_on):
    only_on("tensorflow", "torch", reason="JAX has 32 bits alone, unless told otherwise")
    assert numpy(pk.op_add([2**40], 1)).tolist() == [2**40 + 1]
    assert numpy(pk.op_cast([2**40], "int64")).tolist() == [2**40]


def test_missing_values_in_lists_are_nan():
    assert np.isnan(numpy(pk.op_add([1.0, None], 1))).tolist() == [False, True]


def test_frames_and_series_are_tensors():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.5, 2.5], "b": [3, 4]})
    np.testing.assert_allclose(numpy(frame >> pk.op_sum(axis=0)), [4, 7])
    np.testing.assert_allclose(numpy(pk.op_mean(frame["a"])), 2)
    assert pk.op_dtype(frame) == "float32"
    assert numpy(pk.op_one_hot(pandas.Categorical(["u", "v", "u"]), 2)).argmax(-1).tolist() == [0, 1, 0]


def test_is_tensor_looks_and_does_not_convert():
    assert pk.op_is_tensor(keras.ops.ones(2))
    assert not pk.op_is_tensor(np.ones(2))
    assert not pk.op_is_tensor([1, 2])


def test_lists_of_tensors_become_one_tensor_and_keep_their_gradient(only_on):
    only_on("torch", reason="where a gradient is seen on the tensor itself")
    one = keras.ops.convert_to_tensor([1.0, 2.0])
    one.requires_grad_(True)
    pk.op_sum(pk.op_square([one, one])).backward()
    assert one.grad.tolist() == [4.0, 8.0]


def test_arrays_that_run_backwards():
    assert numpy(pk.op_add(np.arange(3)[::-1], 1)).tolist() == [3, 2, 1]


def test_text_is_a_tensor_on_tensorflow(only_on):
    only_on("tensorflow", reason="no other backend has text")
    assert pk.op_convert_to_tensor(["a", "b"]).dtype == "string"


@pytest.mark.parametrize(
    ("start", "end", "step", "expected"),
    [
        (1, 6, 2, [1, 3, 5]),  # R gives 1 3 5 7: beyond the end
        (1, 7, 2, [1, 3, 5, 7]),
        (0, 1, 0.1, [i / 10 for i in range(11)]),
        (5, 1, -2, [5, 3, 1]),
        (5, 2, -2, [5, 3]),
        (1, 6.5, 2, [1, 3, 5]),
        (3, 1, 1, []),
        (2, 2, 1, [2]),
    ],
)
def test_arange_with_its_end(start, end, step, expected):
    got = numpy(pk.op_arange(start, end, step, include_end=True))
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6)


def test_arange_counts_as_python_does():
    assert numpy(pk.op_arange(3)).tolist() == [0, 1, 2]
    assert pk.op_dtype(pk.op_arange(3)) == "int32"
    assert pk.op_dtype(pk.op_arange(3.0)) == "float32"
    assert pk.op_dtype(pk.op_arange(0, 3, dtype="float16")) == "float16"
    assert numpy(pk.op_arange(1, 4, include_end=True)).tolist() == [1, 2, 3, 4]
    assert numpy(pk.op_arange(1, keras.ops.convert_to_tensor(4), include_end=True)).tolist() == [1, 2, 3, 4]
    assert numpy(pk.op_arange(3, 1)).tolist() == []
    with pytest.raises(pk.InvalidValueError, match="op_arange: step is 0, it would never arrive"):
        pk.op_arange(0, 3, 0)


def test_top_k_names_its_parts():
    best = pk.op_top_k([[1.0, 9.0, 5.0]], 2)
    assert numpy(best.values).tolist() == [[9, 5]]
    assert numpy(best.indices).tolist() == [[1, 2]]


def test_where_alone_tells_the_indices_of_each_axis():
    rows, columns = pk.op_where([[True, False], [False, True]])
    assert numpy(rows).tolist() == numpy(columns).tolist() == [0, 1]
    with pytest.raises(pk.InvalidValueError, match="op_where: it got x1 alone; give both x1 and x2, or neither"):
        pk.op_where(condition=[True], x1=1)


def test_nonzero_is_rs_matrix():
    assert numpy(pk.op_nonzero([[0, 3], [5, 0]])).tolist() == [[0, 1], [1, 0]]
    with pytest.raises(pk.InvalidValueError, match="op_nonzero: x is a single number"):
        pk.op_nonzero(3)


def test_fractions_that_r_cuts_off():
    assert numpy(pk.op_select([[False]], [[1.0]], default=0.5)).tolist() == [0.5]
    np.testing.assert_allclose(numpy(pk.op_logspace(0, 1, 2, base=2.5)), [1, 2.5], rtol=1e-5)


def test_conv_transpose_in_a_model_is_refused_with_what_to_use():
    with pytest.raises(pk.UnavailableError, match=r"op_conv_transpose: .* use layer_conv_2d_transpose"):
        pk.op_conv_transpose(keras.Input((4, 4, 2)), np.ones((2, 2, 3, 2), F))
