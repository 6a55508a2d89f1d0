"""k_* functions for sparse tensors, which TensorFlow, JAX and torch each have of their own kind."""

from pipekeras._keras import keras
from pipekeras.k._function import written
from pipekeras.receivers import is_symbolic, is_tensor
from pipekeras.wrap import name_members


@written(anything=True, takes={"tensor": None})
def k_is_sparse(tensor):
    """Whether a tensor is sparse.

    Args:
        tensor: a tensor; of anything else the answer is False.

    Returns:
        True or False.
    """
    if is_symbolic(tensor):
        return bool(tensor.sparse)
    package = type(tensor).__module__.partition(".")[0]
    if package == "tensorflow":
        import tensorflow as tf

        return isinstance(tensor, tf.SparseTensor)
    if package.startswith("jax"):
        from jax.experimental import sparse

        return isinstance(tensor, sparse.JAXSparse)
    return package == "torch" and is_tensor(tensor) and bool(tensor.is_sparse)


@written(takes={"tensor": None})
def k_to_dense(tensor):
    """A sparse tensor with all its zeros.

    Args:
        tensor: a tensor; one that is not sparse comes back as it is.

    Returns:
        a tensor of the same shape.
    """
    if not k_is_sparse(tensor):
        return tensor
    if type(tensor).__module__.partition(".")[0] == "torch":
        return tensor.to_dense()
    return keras.ops.convert_to_tensor(tensor, sparse=False)


def densely(tensors):
    """The tensors as one kind: as they are if all are sparse, else all dense."""
    return list(tensors) if all(map(k_is_sparse, tensors)) else [k_to_dense(tensor) for tensor in tensors]


def sparse_tensor(indices, entries, shape):
    """A sparse tensor of the running backend.

    Args:
        indices: the place of each entry, a whole-number tensor of shape (entries, dimensions), in order of rows.
        entries: what stands there, of shape (entries,).
        shape: the shape of the whole.

    Returns:
        A SparseTensor of TensorFlow, a BCOO of JAX, or a sparse COO tensor of torch.
    """
    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.SparseTensor(tf.cast(indices, "int64"), entries, tf.cast(shape, "int64"))
    if backend == "jax":
        from jax.experimental import sparse

        return sparse.BCOO(
            (keras.ops.convert_to_tensor(entries), keras.ops.convert_to_tensor(indices)), shape=tuple(shape)
        )
    import torch

    places = torch.transpose(keras.ops.convert_to_tensor(indices, "int64"), 0, 1)
    return torch.sparse_coo_tensor(
        places, keras.ops.convert_to_tensor(entries), tuple(shape), check_invariants=True
    ).coalesce()


__all__ = [*name_members(globals())]
