"""session.py: seeds and automatic names."""

import numpy as np
import pytest

import pipekeras as pk


def test_the_same_seed_gives_the_same_weights():
    def weights(seed):
        pk.set_random_seed(seed)
        return (pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(4)).get_weights()[0]

    np.testing.assert_array_equal(weights(7), weights(7.0))
    assert not np.array_equal(weights(7), weights(8))
    with pytest.raises(pk.InvalidValueError, match="set_random_seed: seed must be a whole number, it got 1.5"):
        pk.set_random_seed(1.5)


def test_a_cleared_session_counts_names_from_the_start():
    pk.clear_session()
    assert [pk.layer_dense(1).name, pk.layer_dense(1).name] == ["dense", "dense_1"]
    pk.clear_session(free_memory=False)
    assert pk.layer_dense(1).name == "dense"
