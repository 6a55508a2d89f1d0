"""Metrics: R's `metric_*`, one line each.

Those over a function compute where they are given data and make the metric where not (dual.py); those that need more
than one batch to say anything, such as metric_auc(), are objects alone; a few are functions alone.

    compile(metrics=["mae", metric_auc(), metric_top_k_categorical_accuracy(k=3), metric_mean_squared_error])
"""

import functools
import inspect

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.dual import DATA_TEXTS, Computed, Dual, aligned
from pipekeras.errors import ArgumentError, InvalidValueError
from pipekeras.pipe import Checked, Function
from pipekeras.receivers import say
from pipekeras.wrap import Wrapper, name_members

_BY_NAME = inspect.Parameter.KEYWORD_ONLY


def _real(value, name, where):
    return float(values.number(value, name, where))


def _reals(value, name, where):
    """A number, or several in a list, as floats."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_real(item, name, where) for item in value]
    return _real(value, name, where)


def _class_ids(value, name, where):
    if hasattr(value, "tolist"):
        value = value.tolist()
    several = value if isinstance(value, (list, tuple, range)) else [value]  # in R a number is a vector of one
    return [values.whole(item, name, where) for item in several]


_CONVERTERS: dict = {
    **values.ARGUMENTS,
    **dict.fromkeys(["k", "num_classes", "num_thresholds"], functools.partial(values.count, least=1)),
    **dict.fromkeys(["class_id", "top_k", "num_labels", "ignore_class", "num_regressors"], values.maybe_whole),
    **dict.fromkeys(["beta", "threshold"], _real),
    **dict.fromkeys(["thresholds", "label_weights"], _reals),
    "target_class_ids": _class_ids,
    "shape": values.shape,
}
_TEXTS = {
    **DATA_TEXTS,
    "name": "what the metric is reported as.",
    "dtype": 'what it computes in, such as "float64"; by default Keras\'s float type.',
    "apply_class_balancing": "whether the classes are weighted by alpha and 1 - alpha.",
    "delta": "the error from which on the loss grows linearly.",
    "threshold": "the value from which on a prediction counts as 1.",
    "from_logits": "whether the predictions are logits rather than probabilities.",
    "label_smoothing": "how far targets are moved from 0 and 1 towards the middle, from 0 to 1.",
    "ignore_class": "a class number whose samples do not count, such as 255 for what is not labelled.",
    "normalizer": "what the errors are divided by: numbers in the shape of the predictions.",
    "shape": "the shape of the values; by default that of the first that come.",
}


class _Metric(Dual):
    module = "metrics"
    converters = _CONVERTERS
    texts = _TEXTS

    def object_of_function(self, only, bound):
        """The metric over the function, for arguments that the metric's own class lacks."""
        options = {name: value for name, value in bound.items() if name in self._of_function}
        others = {name: bound[name] for name in ("name", "dtype") if name in bound}
        name = self.__signature__.parameters["name"].default
        return keras.metrics.MeanMetricWrapper(self._computed.keras_class, **{"name": name, **others, **options})


class _Function(Computed):
    module = "metrics"
    converters = _CONVERTERS
    texts = _TEXTS
    use = "    {name}({call})\n        a value for each sample, by {keras}."


class _Object(Wrapper):
    """A metric that gathers over batches, with all its arguments by name, as in R."""

    module = "metrics"
    converters = _CONVERTERS
    texts = _TEXTS
    use = (
        "    m = {name}({call})\n        makes the metric, a {keras}.\n"
        "    m.update_state(y_true, y_pred)\n    m.result()\n        use it outside of compile()."
    )

    @functools.cached_property
    def __signature__(self):
        own = super().__signature__.parameters.values()
        return inspect.Signature([p.replace(kind=_BY_NAME) for p in own])

    def _by_name(self, args, kwargs):
        if args:
            data = ""
            if len(args) == 2:
                data = f". To compute: m = {self.__name__}(...); m.update_state(y_true, y_pred); m.result()"
            raise ArgumentError(f"{self.__name__}: its arguments go by name, {', '.join(self._known_in_order)}{data}")
        return super()._by_name(args, kwargs)

    @property
    def _known_in_order(self):
        return list(self.__signature__.parameters)

    def uncalled(self):
        """The bare function as an argument: the metric, if it needs nothing to be told."""
        if self._required:
            raise ArgumentError(
                f"{self.__name__} lacks parentheses, and {' and '.join(self._required)}:"
                f" {self.__name__}({', '.join(f'{name}=...' for name in self._required)})"
            )
        return self()


class _Values(_Object):
    """A metric of values, not of targets and predictions."""

    use = _Object.use.replace("y_true, y_pred", "values")


# Errors
metric_concordance_correlation = _Metric("ConcordanceCorrelation", "concordance_correlation")
metric_cosine_similarity = _Object("CosineSimilarity")
metric_huber = _Function("huber")
metric_log_cosh = _Function("log_cosh")
metric_log_cosh_error = _Object("LogCoshError")
metric_mean_absolute_error = _Metric("MeanAbsoluteError", "mean_absolute_error")
metric_mean_absolute_percentage_error = _Metric("MeanAbsolutePercentageError", "mean_absolute_percentage_error")
metric_mean_squared_error = _Metric("MeanSquaredError", "mean_squared_error")
metric_mean_squared_logarithmic_error = _Metric("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error")
metric_pearson_correlation = _Metric("PearsonCorrelation", "pearson_correlation")
metric_poisson = _Metric("Poisson", "poisson")
metric_r2_score = _Object("R2Score")
metric_root_mean_squared_error = _Object("RootMeanSquaredError")

# Probabilities
metric_binary_crossentropy = _Metric("BinaryCrossentropy", "binary_crossentropy")
metric_binary_focal_crossentropy = _Function("binary_focal_crossentropy")
metric_categorical_crossentropy = _Metric("CategoricalCrossentropy", "categorical_crossentropy")
metric_categorical_focal_crossentropy = _Function("categorical_focal_crossentropy")
metric_categorical_hinge = _Metric("CategoricalHinge", "categorical_hinge")
metric_hinge = _Metric("Hinge", "hinge")
metric_kl_divergence = _Metric("KLDivergence", "kl_divergence")
metric_sparse_categorical_crossentropy = _Metric(
    "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", labels=True
)
metric_squared_hinge = _Metric("SquaredHinge", "squared_hinge")

# Classes
metric_accuracy = _Object("Accuracy")
metric_auc = _Object("AUC")
metric_binary_accuracy = _Metric("BinaryAccuracy", "binary_accuracy")
metric_categorical_accuracy = _Metric("CategoricalAccuracy", "categorical_accuracy")
metric_f1_score = _Object("F1Score")
metric_false_negatives = _Object("FalseNegatives")
metric_false_positives = _Object("FalsePositives")
metric_fbeta_score = _Object("FBetaScore")
metric_precision = _Object("Precision")
metric_precision_at_recall = _Object("PrecisionAtRecall")
metric_recall = _Object("Recall")
metric_recall_at_precision = _Object("RecallAtPrecision")
metric_sensitivity_at_specificity = _Object("SensitivityAtSpecificity")
metric_sparse_categorical_accuracy = _Metric("SparseCategoricalAccuracy", "sparse_categorical_accuracy", labels=True)
metric_sparse_top_k_categorical_accuracy = _Metric(
    "SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy", labels=True, by_name=["from_sorted_ids"]
)
metric_specificity_at_sensitivity = _Object("SpecificityAtSensitivity")
metric_top_k_categorical_accuracy = _Metric("TopKCategoricalAccuracy", "top_k_categorical_accuracy")
metric_true_negatives = _Object("TrueNegatives")
metric_true_positives = _Object("TruePositives")

# Segmented images
metric_binary_iou = _Object("BinaryIoU")
metric_iou = _Object("IoU")
metric_mean_iou = _Object("MeanIoU")
metric_one_hot_iou = _Object("OneHotIoU")
metric_one_hot_mean_iou = _Object("OneHotMeanIoU")

# Values
metric_mean = _Values("Mean")
metric_sum = _Values("Sum")

# Names of 2.x; the last two are classes that Keras 3 lost.
metric_cosine_proximity = _Metric("CosineSimilarity", "pipekeras.metrics_own:cosine_proximity")
metric_kullback_leibler_divergence = _Metric(
    "KLDivergence", "kl_divergence", defaults={"name": "kullback_leibler_divergence"}
)
metric_logcosh_error = _Object("LogCoshError")
metric_mean_relative_error = _Object("pipekeras.metrics_own:MeanRelativeError")
metric_mean_tensor = _Values("pipekeras.metrics_own:MeanTensor")


def _function(value, where, argument):
    """The plain function behind what is given as one."""
    if isinstance(value, Function):
        uncalled = getattr(value, "uncalled", None)
        value = uncalled() if uncalled else value.function
    if not callable(value) or isinstance(value, (type, keras.metrics.Metric)):
        raise InvalidValueError(f"{where}: {argument} must be a function of (y_true, y_pred), it got {say(value)}")
    return value


@Checked
def metric_mean_wrapper(fn, name=None, dtype=None, **arguments):
    """Make a metric of a function: the mean of its values over the samples of all batches.

    Args:
        fn: a function of (y_true, y_pred) that returns a value for each sample, with what Keras's ops or the backend
            offer; or a loss_* or metric_* that has such a function, uncalled. Targets of shape (n,) come as (n, 1)
            where the predictions do.
        name: what it is reported as; by default "mean_metric_wrapper", in compile() the name of the function.
        dtype: what it computes in.
        **arguments: what else fn is called with.

    Returns:
        A `keras.metrics.MeanMetricWrapper`.

    Raises:
        InvalidValueError: if fn is no function.

    Source: R `keras3::metric_mean_wrapper`, `keras::metric_mean_wrapper`.
    """
    function = aligned(_function(fn, "metric_mean_wrapper", "fn"))
    return keras.metrics.MeanMetricWrapper(function, name=name, dtype=dtype, **arguments)


@Checked
def custom_metric(name, metric_fn):
    """Give a metric function the name that it is reported under.

    Args:
        name: the name.
        metric_fn: a function of (y_true, y_pred) that returns a value for each sample, or their mean.

    Returns:
        A function that does the same and is called `name`: compile(metrics=custom_metric("my_error", f)). The one that
        was given stays as it is.

    Raises:
        InvalidValueError: if metric_fn is no function, or name no text.

    Source: R `keras3::custom_metric`, `keras::custom_metric`.
    """
    if not isinstance(name, str) or not name:
        raise InvalidValueError(
            f'custom_metric: name must be text, it got {say(name)}: custom_metric("my_error", function)'
        )
    function = _function(metric_fn, "custom_metric", "metric_fn")

    @functools.wraps(function)
    def metric(y_true, y_pred, *args, **kwargs):
        return function(y_true, y_pred, *args, **kwargs)

    metric.__name__ = metric.__qualname__ = name
    metric.__module__ = __name__  # Keras would otherwise look for it where the function comes from
    return metric


__all__ = [*name_members(globals())]
