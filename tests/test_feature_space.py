"""feature_*: types of columns, and the space that layer_feature_space() makes of them."""

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import feature_space
from pipekeras._keras import keras

AGES = np.arange(20.0)
TABLE = {
    "age": AGES, "kind": np.arange(20) % 3, "town": np.array(["a", "b", "c", "d"] * 5), "code": np.arange(20),
}  # fmt: skip


def encoded(features, data=None, rows=3, **arguments):
    """The first rows of a table as an adapted space encodes them."""
    data = {name: TABLE[name] for name in features} if data is None else data
    space = pk.layer_feature_space(features=features, **arguments)
    space.adapt(data)
    result = space({name: column[:rows] for name, column in data.items()})
    if isinstance(result, dict):
        return {name: keras.ops.convert_to_numpy(value) for name, value in result.items()}
    return keras.ops.convert_to_numpy(result)


def test_the_family_is_whole():
    assert len(feature_space.__all__) == 10


def test_numbers():
    assert np.array_equal(encoded({"age": pk.feature_float()}), [[0], [1], [2]])
    assert np.allclose(encoded({"age": pk.feature_float_rescaled(scale=0.5, offset=1)}), [[1], [1.5], [2]])
    normal = (AGES - AGES.mean()) / AGES.std()
    assert np.allclose(encoded({"age": pk.feature_float_normalized(name="n")})[:, 0], normal[:3], atol=1e-5)


def test_categories():
    one_hot = encoded({"kind": pk.feature_integer_categorical(num_oov_indices=1.0)})
    assert one_hot.shape == (3, 4)
    assert np.array_equal(one_hot.sum(axis=1), [1, 1, 1])
    assert encoded({"town": pk.feature_string_categorical(max_tokens=3.0)}).shape == (3, 3)
    ints = encoded({"town": pk.feature_string_categorical(output_mode="int")}, output_mode="dict")["town"]
    assert sorted(ints.reshape(-1)) == sorted(set(ints.reshape(-1)))


def test_hashing_and_crosses():
    assert encoded({"town": pk.feature_string_hashed(5.0)}).shape == (3, 5)
    assert encoded({"code": pk.feature_integer_hashed(num_bins=6.0)}).shape == (3, 6)
    features = {"kind": pk.feature_integer_categorical(), "town": pk.feature_string_categorical()}
    crossed = encoded(features, crosses=[pk.feature_cross(["kind", "town"], crossing_dim=8.0)])
    assert crossed.shape == (3, 4 + 5 + 8)


def test_bins_by_number_or_by_their_edges():
    by_number = encoded({"age": pk.feature_float_discretized(num_bins=4.0)}, rows=20)
    assert by_number.shape == (20, 4)
    for feature in (
        pk.feature_float_discretized(bin_boundaries=[5, 15]),
        pk.feature_float_discretized(3, bin_boundaries=np.array([5.0, 15])),
    ):
        by_edges = encoded({"age": feature}, rows=20)
        assert np.array_equal(by_edges.argmax(axis=1), np.digitize(AGES, [5, 15]))
    with pytest.raises(pk.InvalidValueError, match="2 bin_boundaries make 3 bins, num_bins is 4"):
        pk.feature_float_discretized(4, bin_boundaries=[5, 15])
    with pytest.raises(pk.ArgumentError, match="feature_float_discretized needs num_bins or bin_boundaries"):
        pk.feature_float_discretized()
    with pytest.raises(pk.InvalidValueError, match="bin_boundaries must be numbers in ascending order"):
        pk.feature_float_discretized(bin_boundaries=[15, 5])


def test_a_column_of_ones_own():
    chain = pk.layer_rescaling(scale=2.0) >> pk.layer_rescaling(scale=3.0)
    for preprocessor in (chain, pk.layer_rescaling(scale=6.0)):
        made = pk.feature_custom("float32", preprocessor, "float")
        assert np.allclose(encoded({"age": made}), [[0], [6], [12]])
        assert type(made).from_config(made.get_config()).output_mode == "float"


def test_a_space_of_the_types_names():
    assert encoded({"age": "float", "kind": "integer_categorical"}, crossing_dim=8.0).shape == (3, 5)


def test_wrong_arguments():
    with pytest.raises(pk.ArgumentError, match="feature_string_hashed needs num_bins"):
        pk.feature_string_hashed()
    with pytest.raises(pk.InvalidValueError, match="num_bins must be a whole number, it got 2.5"):
        pk.feature_integer_hashed(2.5)
    with pytest.raises(pk.InvalidValueError, match="output_mode"):
        pk.feature_string_hashed(3, output_mode="many")
    with pytest.raises(pk.ArgumentError, match="feature_float has no argument nam; did you mean name?"):
        pk.feature_float(nam="x")
