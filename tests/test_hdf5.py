"""hdf5_matrix(): slices as NumPy has them, read when they are asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras.hdf5 import hdf5_matrix

X = np.random.default_rng(1).normal(size=(20, 3)).astype("float32")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    import h5py

    path = tmp_path_factory.mktemp("hdf5") / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"], file["train/y"], file["one"] = X, np.arange(20), 3
    return path


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_what_is_read_is_what_the_array_would_give(path, data):
    start = data.draw(st.integers(0, 19))
    end = data.draw(st.one_of(st.none(), st.integers(start, 20)))
    matrix, expected = hdf5_matrix(path, "x", float(start), end), X[start:end]
    n = len(expected)
    assert (len(matrix), matrix.shape, matrix.ndim, matrix.size) == (n, expected.shape, 2, expected.size)
    assert matrix.dtype == expected.dtype
    bound = st.one_of(st.none(), st.integers(-25, 25))
    keys = [st.builds(slice, bound, bound, st.sampled_from([None, 1, 2, -1, -3]))]
    if n:
        row = st.integers(-n, n - 1)
        keys += [row, st.lists(row, min_size=1), st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)]
    key = data.draw(st.one_of(keys))
    np.testing.assert_array_equal(matrix[key], expected[key])
    np.testing.assert_array_equal(matrix[key, 1:] if isinstance(key, slice) else matrix[:, 1:], expected[key, 1:]
                                  if isinstance(key, slice) else expected[:, 1:])  # fmt: skip


def test_as_an_array(path):
    matrix = hdf5_matrix(path, "x", 2, 6)
    np.testing.assert_array_equal(np.asarray(matrix), X[2:6])
    np.testing.assert_array_equal(list(matrix), X[2:6])
    np.testing.assert_array_equal(matrix[..., 0], X[2:6, 0])
    assert "float32 (4, 3)" in repr(matrix)


def test_a_normalizer_sees_what_is_read(path):
    seen = []

    def normalizer(array):
        seen.append(np.shape(array))
        return (array / 19.0).reshape(*np.shape(array), 1)

    matrix = hdf5_matrix(path, "train/y", normalizer=normalizer)
    np.testing.assert_allclose(matrix[3:5], [[3 / 19], [4 / 19]])
    assert seen == [(2,)]
    assert (matrix.shape, matrix.dtype) == ((20, 1), np.float64)


def test_a_model_trains_on_it(path):
    model = pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(1)
    model >> pk.compile(loss="mse")
    x, y = hdf5_matrix(path, "x", 0, 16), hdf5_matrix(path, "train/y", 0, 16)
    assert (model >> pk.fit(x, y, epochs=1, verbose=0)).metrics["loss"][0] > 0
    np.testing.assert_allclose(model >> pk.predict(x, verbose=0), model >> pk.predict(X[:16], verbose=0), rtol=1e-5)


def test_wrong_places(path, tmp_path):
    with pytest.raises(pk.DataError, match="there is no file"):
        hdf5_matrix(tmp_path / "none.h5", "x")
    with pytest.raises(pk.DataError, match='has no dataset "train" with rows; did you mean "train/y"?'):
        hdf5_matrix(path, "train")
    with pytest.raises(pk.DataError, match='has no dataset "zz" with rows; it has one, train/y, x'):
        hdf5_matrix(path, "zz")
    with pytest.raises(pk.DataError, match='has no dataset "one" with rows'):
        hdf5_matrix(path, "one")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(pk.DataError, match="text.h5 cannot be read as HDF5"):
        hdf5_matrix(tmp_path / "text.h5", "x")
    with pytest.raises(pk.InvalidValueError, match="end=21, but 'x' has 20 rows; None takes all of them"):
        hdf5_matrix(path, "x", end=21)
    with pytest.raises(pk.InvalidValueError, match="start=5 stands behind the end, 3"):
        hdf5_matrix(path, "x", 5, 3)
    with pytest.raises(pk.InvalidValueError, match="normalizer must be a function of an array, it got 3"):
        hdf5_matrix(path, "x", normalizer=3)
    with pytest.raises(IndexError, match="row 20 is asked for, there are 0 to 19"):
        hdf5_matrix(path, "x")[20]
