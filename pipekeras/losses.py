"""Losses: R's `loss_*`, one line each. With data they compute, without they make the loss; see dual.py."""

from pipekeras import values
from pipekeras.dual import DATA_TEXTS, Dual, as_labels, as_values
from pipekeras.errors import InvalidValueError, suggestion
from pipekeras.wrap import name_members

_REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"]


def _reduction(value, name, where):
    """The reduction as Keras 3 calls it; "auto" of 2.x is the mean over the samples."""
    if value == "auto":
        return "sum_over_batch_size"
    if value is None or value in _REDUCTIONS:
        return value
    known = suggestion(value, _REDUCTIONS, quote='"', otherwise=f"; Keras has {', '.join(_REDUCTIONS)} and None")
    raise InvalidValueError(f'{where}: {name}="{value}" is not known{known}')


def _embeddings(value, name, where):
    return as_values(value, name, where, decimals=True)


class _Loss(Dual):
    module = "losses"
    converters = {
        **values.ARGUMENTS,
        "reduction": _reduction,
        "ignore_class": values.maybe_whole,
        "ref_labels": as_labels,
        "ref_embeddings": _embeddings,
    }
    texts = {
        **DATA_TEXTS,
        "reduction": (
            'what becomes of the values of the samples: "sum_over_batch_size" is their mean ("auto" in 2.x), "sum"'
            ' their sum, "none" or None leaves them.'
        ),
        "name": "the loss's name.",
        "dtype": 'what it computes in, such as "float64"; by default Keras\'s float type.',
        "ignore_class": "a class number whose samples do not count, such as 255 for what is not labelled.",
        "ref_labels": "with data: the class numbers of the reference embeddings; by default y_true.",
        "ref_embeddings": "with data: embeddings to compare with, each of length one; by default y_pred.",
    }


loss_binary_crossentropy = _Loss("BinaryCrossentropy", "binary_crossentropy")
loss_binary_focal_crossentropy = _Loss("BinaryFocalCrossentropy", "binary_focal_crossentropy")
loss_categorical_crossentropy = _Loss("CategoricalCrossentropy", "categorical_crossentropy")
loss_categorical_focal_crossentropy = _Loss("CategoricalFocalCrossentropy", "categorical_focal_crossentropy")
loss_categorical_generalized_cross_entropy = _Loss(
    "CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy", labels=True, defaults={"q": 0.5}
)
loss_categorical_hinge = _Loss("CategoricalHinge", "categorical_hinge")
loss_circle = _Loss("Circle", "circle", labels=True)
loss_cosine_similarity = _Loss("CosineSimilarity", "cosine_similarity")
loss_ctc = _Loss("CTC", "ctc", labels=True)
loss_dice = _Loss("Dice", "dice", by_name=["axis"])
loss_hinge = _Loss("Hinge", "hinge")
loss_huber = _Loss("Huber", "huber")
loss_kl_divergence = _Loss("KLDivergence", "kl_divergence")
loss_log_cosh = _Loss("LogCosh", "log_cosh")
loss_mean_absolute_error = _Loss("MeanAbsoluteError", "mean_absolute_error")
loss_mean_absolute_percentage_error = _Loss("MeanAbsolutePercentageError", "mean_absolute_percentage_error")
loss_mean_squared_error = _Loss("MeanSquaredError", "mean_squared_error")
loss_mean_squared_logarithmic_error = _Loss("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error")
loss_poisson = _Loss("Poisson", "poisson")
loss_sparse_categorical_crossentropy = _Loss(
    "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", labels=True
)
loss_squared_hinge = _Loss("SquaredHinge", "squared_hinge")
loss_tversky = _Loss("Tversky", "tversky", by_name=["alpha", "beta", "axis"])

# Names of 2.x.
loss_cosine_proximity = _Loss("CosineSimilarity", "cosine_similarity")
loss_kullback_leibler_divergence = _Loss("KLDivergence", "kl_divergence")
loss_logcosh = _Loss("LogCosh", "log_cosh")

__all__ = [*name_members(globals())]
