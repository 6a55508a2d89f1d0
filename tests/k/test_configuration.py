"""configuration.py: what Keras is set to, its automatic names, and sessions."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras._keras import keras


def test_asking(backend):
    assert pk.k_backend() == backend
    assert pk.k_floatx() == "float32"
    assert pk.k_image_data_format() == "channels_last"
    assert pk.k_epsilon() == 1e-7


def test_setting():
    try:
        pk.k_set_floatx("float64")
        pk.k_set_epsilon(1e-4)
        pk.k_set_image_data_format(data_format="channels_first")
        assert (pk.k_floatx(), pk.k_epsilon(), pk.k_image_data_format()) == ("float64", 1e-4, "channels_first")
        assert pk.k_dtype(pk.k_ones((2,))) == "float64"
        assert pk.k_spatial_2d_padding(np.ones((1, 2, 3, 3))).shape == (1, 2, 5, 5)
    finally:
        pk.k_set_floatx("float32")
        pk.k_set_epsilon(1e-7)
        pk.k_set_image_data_format("channels_last")
    with pytest.raises(pk.InvalidValueError, match="floatx='float3' is not known; did you mean"):
        pk.k_set_floatx("float3")
    with pytest.raises(pk.InvalidValueError, match="k_set_epsilon: e must be a number"):
        pk.k_set_epsilon("small")
    with pytest.raises(pk.InvalidValueError, match="k_set_epsilon: e must be a small number above 0.*it got -1"):
        pk.k_set_epsilon(-1)


@pytest.mark.parametrize("forget", [pk.k_clear_session, pk.k_reset_uids])
def test_names_count_and_start_again(forget):
    forget()
    assert [pk.k_get_uid("dense"), pk.k_get_uid("dense"), pk.k_get_uid()] == [1, 2, 1]
    assert forget() is None
    assert pk.k_get_uid("dense") == 1
    assert keras.layers.Dropout(0.5).name == "dropout"


def test_what_has_no_effect_any_more():
    assert pk.k_manual_variable_initialization(True) is None


def test_sessions_are_gone():
    with pytest.raises(pk.UnavailableError, match="k_get_session: there are no sessions in Keras 3.*k_eval"):
        pk.k_get_session()
    with pytest.raises(pk.UnavailableError, match="k_set_session: there are no sessions"):
        pk.k_set_session("session")
