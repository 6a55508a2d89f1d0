"""initializers.py, regularizers.py, constraints.py: made, and taken by layers, called or not."""

import json
from pathlib import Path

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import constraints, initializers, regularizers
from pipekeras._keras import keras

R_API = Path(pk.__file__).parent / "data" / "r_api"


@pytest.mark.parametrize("name", [n for family in (initializers, regularizers, constraints) for n in family.__all__])
def test_each_makes_its_keras_object_and_survives_its_configuration(name):
    function = getattr(pk, name)
    made = function(0.5) if name == "initializer_constant" else function()
    assert type(made) is function.keras_class
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(made))
    assert again.get_config() == made.get_config()


def test_the_names_of_both_packages_are_there():
    formals = [json.loads((R_API / f"keras{n}.json").read_text()) for n in (2, 3)]
    for name in {n for f in formals for n in f if n.startswith(("initializer_", "regularizer_", "constraint_"))}:
        assert name in pk.__all__, name


def test_layers_take_them_called_and_uncalled():
    called = pk.layer_dense(2, kernel_initializer=pk.initializer_he_normal(seed=3.0))
    bare = pk.layer_dense(2, kernel_initializer=pk.initializer_he_normal, kernel_regularizer=pk.regularizer_l2)
    assert type(called.kernel_initializer) is type(bare.kernel_initializer) is keras.initializers.HeNormal
    assert type(bare.kernel_regularizer) is keras.regularizers.L2


def test_old_names_and_fractions_that_r_loses():
    assert float(pk.regularizer_l1(l=0.25).l1) == 0.25
    assert pk.constraint_maxnorm(1.5).max_value == 1.5  # R keras3 makes it 1
    weights = np.full((2, 2), 9.0, "float32")
    norms = np.linalg.norm(keras.ops.convert_to_numpy(pk.constraint_maxnorm(1.5, axis=0.0)(weights)), axis=0)
    np.testing.assert_allclose(norms, 1.5, rtol=1e-4)


def test_misspelt_arguments():
    with pytest.raises(
        pk.ArgumentError, match="initializer_random_normal has no argument width; it has mean, seed, stddev"
    ):
        pk.initializer_random_normal(width=1)
    with pytest.raises(pk.ArgumentError, match="regularizer_l1_l2 takes 2 arguments by position, it got 3"):
        pk.regularizer_l1_l2(1, 2, 3)
