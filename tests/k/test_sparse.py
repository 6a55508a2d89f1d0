"""sparse.py: sparse tensors of each backend."""

import numpy as np
import pytest
import scipy.sparse

import pipekeras as pk


@pytest.fixture
def matrix():
    return scipy.sparse.coo_matrix(([2.0, 3.0], ([1, 0], [0, 2])), shape=(2, 3))


def test_a_sparse_matrix_stays_sparse(matrix):
    x = pk.k_variable(matrix)
    assert pk.k_is_sparse(x)
    assert pk.k_eval(x).tolist() == matrix.toarray().tolist()
    dense = pk.k_to_dense(x)
    assert not pk.k_is_sparse(dense)
    assert pk.k_eval(x >> pk.k_to_dense()).tolist() == matrix.toarray().tolist()


def test_what_is_not_sparse_comes_back():
    x = pk.k_constant([1.0])
    assert pk.k_to_dense(x) is x
    assert [pk.k_is_sparse(a) for a in (x, np.ones(2), "text", pk.k_placeholder((None, 2)))] == [False] * 4


def test_products_with_sparse_matrices(matrix):
    y = np.arange(6, dtype="float32").reshape(3, 2)
    np.testing.assert_allclose(pk.k_eval(pk.k_dot(pk.k_variable(matrix), pk.k_constant(y))), matrix @ y)


def test_joined_with_a_dense_one(matrix):
    joined = pk.k_concatenate([pk.k_variable(matrix), pk.k_ones((1, 3))], axis=0)
    assert pk.k_eval(joined).tolist() == [*matrix.toarray().tolist(), [1, 1, 1]]


def test_a_sparse_placeholder(only_on):
    only_on("tensorflow", "jax", reason="Keras has sparse inputs there")
    assert pk.k_is_sparse(pk.k_placeholder((None, 2), sparse=True))
