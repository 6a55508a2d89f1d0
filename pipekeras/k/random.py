"""k_* functions that draw random numbers."""

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.k._function import of_keras, written
from pipekeras.k.creation import filled
from pipekeras.wrap import name_members

k_random_normal = of_keras("normal", module="random", pipeable=False)
k_truncated_normal = of_keras("truncated_normal", module="random", pipeable=False)


@written(pipeable=False)
def k_random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Random numbers, each as likely as the other, from minval up to, not including, maxval.

    Args:
        shape: the shape of the result, as in (2, 3).
        minval: the lower bound.
        maxval: the upper bound, which is not among them.
        dtype: the type of the values; one of whole numbers draws whole numbers.
        seed: a whole number, for the same random numbers each time.

    Returns:
        a tensor.
    """
    dtype = dtype or keras.config.floatx()
    if keras.backend.is_int_dtype(dtype):
        return keras.random.randint(shape, int(minval), int(maxval), dtype=dtype, seed=seed)
    return keras.random.uniform(shape, minval, maxval, dtype=dtype, seed=seed)


def _bernoulli(shape, p, dtype, seed):
    return keras.ops.cast(keras.random.uniform(shape, seed=seed) < p, dtype or keras.config.floatx())


@written(pipeable=False)
def k_random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """Random ones and zeros.

    Args:
        shape: the shape of the result, as in (2, 3).
        p: how likely a one is, from 0 to 1.
        dtype: the type of the values; by default that of k_floatx().
        seed: a whole number, for the same random numbers each time.

    Returns:
        a tensor of ones and zeros.
    """
    return _bernoulli(shape, p, dtype, seed)


@written(pipeable=False)
def k_random_binomial(shape, p=0.0, dtype=None, seed=None):
    """Random ones and zeros: the same as k_random_bernoulli(), under its name of old.

    Args:
        shape: the shape of the result, as in (2, 3).
        p: how likely a one is, from 0 to 1.
        dtype: the type of the values; by default that of k_floatx().
        seed: a whole number, for the same random numbers each time.

    Returns:
        a tensor of ones and zeros.
    """
    return _bernoulli(shape, p, dtype, seed)


@written(pipeable=False)
def k_random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """A variable that starts from normally distributed random numbers.

    Args:
        shape: its shape, as in (2, 3).
        mean: the mean of the distribution.
        scale: its standard deviation.
        dtype: the type of the values; by default that of k_floatx().
        name: its name.
        seed: a whole number, for the same random numbers each time.

    Returns:
        a keras.Variable; inside of a function that is compiled, a tensor.
    """
    dtype = dtype or keras.config.floatx()
    return filled(keras.random.normal(shape, mean, scale, dtype=dtype, seed=seed), dtype, name)


@written(pipeable=False)
def k_random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """A variable that starts from random numbers between two bounds, each as likely as the other.

    Args:
        shape: its shape, as in (2, 3).
        low: the lower bound.
        high: the upper bound, which is not among them.
        dtype: the type of the values; by default that of k_floatx().
        name: its name.
        seed: a whole number, for the same random numbers each time.

    Returns:
        a keras.Variable; inside of a function that is compiled, a tensor.
    """
    dtype = dtype or keras.config.floatx()
    return filled(keras.random.uniform(shape, low, high, dtype=dtype, seed=seed), dtype, name)


@written(arrays=1, as_layer=True, floats=["x"], takes={"level": values.share})
def k_dropout(x, level, noise_shape=None, seed=None):
    """Sets a share of the values to 0 and scales the others up, so that the sum stays about the same.

    It does so always, in training or not: layer_dropout() does it in training only.

    Args:
        x: a tensor.
        level: the share, from 0 up to, not including, 1.
        noise_shape: where it is 1 along an axis, the values along it share one fate.
        seed: a whole number, for the same random numbers each time.

    Returns:
        a tensor of the shape of x.
    """
    return keras.random.dropout(x, level, noise_shape=noise_shape, seed=seed)


__all__ = [*name_members(globals())]
