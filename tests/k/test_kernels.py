"""convolution.py, images.py and losses.py beyond the numbers: what does not fit, and the traps."""

import numpy as np
import pytest

import pipekeras as pk

IMAGE = np.ones((2, 5, 5, 1), "float32")
KERNEL = np.ones((3, 3, 1, 1), "float32")


def test_padding_of_the_past_alone():
    x = np.array([[[1.0], [2.0], [3.0]]], "float32")
    got = pk.k_conv1d(x, np.ones((2, 1, 1), "float32"), padding="causal")
    assert pk.k_eval(got).ravel().tolist() == [1, 3, 5]
    first = pk.k_conv1d(np.moveaxis(x, -1, 1), np.ones((2, 1, 1), "float32"), 1, "causal", "channels_first", 2)
    assert pk.k_eval(first).ravel().tolist() == [1, 2, 4]


def test_what_does_not_fit():
    with pytest.raises(
        pk.ShapeError, match=r"k_conv2d takes a tensor of 4 dimensions, it got one of shape \(2, 5, 5\)"
    ):
        pk.k_conv2d(IMAGE[..., 0], KERNEL)
    with pytest.raises(pk.InvalidValueError, match="padding must be 'valid' or 'same', it got 'causal'"):
        pk.k_conv2d(IMAGE, KERNEL, padding="causal")
    with pytest.raises(pk.InvalidValueError, match="data_format must be"):
        pk.k_conv2d(IMAGE, KERNEL, data_format="NHWC")
    with pytest.raises(pk.ShapeError, match=r"output_shape has 12 where x has 5 values: .*makes 6 of 12"):
        pk.k_conv2d_transpose(IMAGE, KERNEL, (None, 12, 12, 1), (2, 2), "same")
    with pytest.raises(pk.InvalidValueError, match="output_shape must have 4 dimensions, the batch first"):
        pk.k_conv2d_transpose(IMAGE, KERNEL, (10, 10))
    with pytest.raises(
        pk.ShapeError, match=r"output_shape is \(4, 4\), but a kernel of size \(3, 3\) has \(3, 3\) places"
    ):
        pk.k_local_conv2d(IMAGE, np.ones((9, 9, 1)), (3, 3), (1, 1), (4, 4))
    with pytest.raises(pk.InvalidValueError, match='pool_mode must be "max" or "avg", it got \'mean\''):
        pk.k_pool2d(IMAGE, (2, 2), pool_mode="mean")
    with pytest.raises(pk.InvalidValueError, match=r"k_spatial_2d_padding: padding must be pairs \(before, after\)"):
        pk.k_spatial_2d_padding(IMAGE, (1, 1))
    with pytest.raises(pk.InvalidValueError, match="height_factor must be a whole number"):
        pk.k_resize_images(IMAGE, 1.5, 2, "channels_last")
    with pytest.raises(pk.ShapeError, match=r"k_conv2d: x has 1 channels, the kernel is for 2"):
        pk.k_conv2d(IMAGE, np.ones((3, 3, 2, 1)))
    with pytest.raises(pk.ShapeError, match=r"takes a kernel of 4 dimensions, it got one of shape \(3, 3, 1\)"):
        pk.k_conv2d(IMAGE, KERNEL[..., 0])
    with pytest.raises(pk.ShapeError, match="k_depthwise_conv2d: x has 1 channels, the kernel is for 2"):
        pk.k_depthwise_conv2d(IMAGE, np.ones((3, 3, 2, 1)))
    with pytest.raises(pk.ShapeError, match="k_separable_conv2d: x has 1 channels, the kernel is for 2"):
        pk.k_separable_conv2d(IMAGE, np.ones((3, 3, 2, 1)), np.ones((1, 1, 2, 1)))
    with pytest.raises(pk.ShapeError, match="output_shape has 7 channels, the kernel makes 1"):
        pk.k_conv2d_transpose(IMAGE, KERNEL, (None, 7, 7, 7))
    with pytest.raises(pk.ShapeError, match="k_conv2d_transpose: x has 1 channels, the kernel is for 2"):
        pk.k_conv2d_transpose(IMAGE, np.ones((3, 3, 1, 2)), (None, 7, 7, 1))
    with pytest.raises(pk.ShapeError, match=r"bias must have 1 or 3 dimensions.*shape \(\)"):
        pk.k_bias_add(IMAGE, 1.0)
    with pytest.raises(pk.ShapeError, match=r"bias must have 1 or 3 dimensions.*shape \(5, 1\)"):
        pk.k_bias_add(IMAGE, np.ones((5, 1)))


def test_a_bias_of_channels_is_not_taken_for_one_of_columns():
    x = np.zeros((2, 3, 4, 3), "float32")  # as many channels as columns
    bias = np.array([1, 2, 3], "float32")
    inputs = pk.k_placeholder((None, 3, 4, 3))
    expected = x + bias[:, None, None]
    np.testing.assert_array_equal(pk.k_eval(pk.k_bias_add(x, bias, "channels_first")), expected)
    in_a_model = pk.k_function(inputs, pk.k_bias_add(inputs, bias, "channels_first"))
    np.testing.assert_array_equal(in_a_model(x), expected)


def test_predictions_come_before_targets():
    predictions = np.array([[0.1, 0.9], [0.8, 0.2]], "float32")
    assert pk.k_eval(pk.k_in_top_k(predictions, [1, 1], 1)).tolist() == [True, False]
    assert pk.k_eval(pk.k_in_top_k(predictions, [1, 1], 5)).tolist() == [True, True]
    equal = np.full((1, 3), 0.5, "float32")
    assert pk.k_eval(pk.k_in_top_k(equal, [2], 1)).tolist() == [True]


def test_a_loss_of_keras_2_at_its_limits():
    worst = pk.k_eval(pk.k_binary_crossentropy([1.0], [0.0]))
    assert worst == pytest.approx(-np.log(2e-7), rel=1e-4)


def test_fractions_stay_fractions():
    assert pk.k_eval(pk.k_pow(4.0, 0.5)) == 2
    assert pk.k_eval(pk.k_pow([1, 4], -1)).tolist() == [1, 0.25]
    assert pk.k_eval(pk.k_clip([1, 2, 3], 1.5, 2.5)).tolist() == [1.5, 2, 2.5]
    assert pk.k_eval(pk.k_clip([1, 2, 3], 1.0, 2.0)).dtype == "int32"
    assert pk.k_eval(pk.k_sqrt([-1.0, 4.0])).tolist() == [0, 2]
    assert pk.k_eval(pk.k_mean(np.array([1, 2], "int32"))) == 1.5
    assert pk.k_eval(pk.k_hard_sigmoid([1.0])).tolist() == pytest.approx([0.7])
