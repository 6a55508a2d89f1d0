"""The table that the tests of all layers run on: for each name a call that works and what it can be applied to."""

import dataclasses
import functools
import importlib.util
import json
import re
from pathlib import Path

import numpy as np

import pipekeras
import pipekeras.layers as L

DATA = Path(pipekeras.__file__).parent / "data" / "r_api"


@dataclasses.dataclass(frozen=True)
class Case:
    """A call. `arguments` may be a function, for what cannot be made before Keras is there."""

    name: str
    arguments: object = dataclasses.field(default_factory=dict)
    shapes: tuple = ((6,),)  # of one sample, for each input
    dtype: str = "float32"
    needs: str = ""  # a package without which the layer cannot be made
    backends: tuple = ("tensorflow", "jax", "torch")
    alone: bool = True  # whether it can be made and applied by what stands here, without more preparation

    @property
    def function(self):
        return getattr(L, self.name)

    def values(self):
        """The arguments, made afresh: layers among them must not be shared between tests."""
        return self.arguments() if callable(self.arguments) else dict(self.arguments)

    @property
    def is_merge(self):
        return type(self.function).__name__ == "MergeFunction"

    @property
    def has_receiver(self):
        return type(self.function).__name__ not in ("PlainFunction", "_Stack")

    def arrays(self):
        """One array for each input, the same each time: images between 0 and 1, whole numbers below 5."""
        rng = np.random.default_rng(1)
        if self.dtype == "string":
            return [np.array([["a"], ["b"]])]
        if self.dtype.startswith("int"):
            return [rng.integers(0, 5, (2, *shape)).astype(self.dtype) for shape in self.shapes]
        return [rng.random((2, *shape)).astype(self.dtype) for shape in self.shapes]

    def missing(self, backend):
        """Why this case cannot run here, or an empty string."""
        if backend not in self.backends:
            return f"{self.name} exists on {' and '.join(self.backends)} only"
        if self.needs and importlib.util.find_spec(self.needs) is None:
            return f"{self.name} needs {self.needs}"
        return ""


SEQUENCE, IMAGE, VOLUME = ((5, 4),), ((8, 8, 3),), ((6, 6, 6, 2),)
PAIR = ((6,), (6,))


def _cases():
    def rows(shape, *names, dtype="float32", **arguments):
        return [Case(name, arguments, shape, dtype) for name in names]

    yield from rows(((6,),), "layer_dense", units=3)
    yield from rows(SEQUENCE, "layer_einsum_dense", equation="abc,cd->abd", output_shape=(None, 7))
    yield from rows(((5,),), "layer_embedding", dtype="int32", input_dim=10, output_dim=3)
    yield from rows(((6,),), "layer_identity", "layer_activity_regularization")
    yield from rows(((6,),), "layer_lambda", f=_twice)
    yield from rows(SEQUENCE, "layer_masking")

    yield from rows(((6,),), "layer_activation", activation="relu")
    yield from rows(
        ((6,),), *(f"layer_activation_{name}" for name in "elu leaky_relu parametric_relu relu selu softmax".split()),
        "layer_activation_thresholded_relu",
    )  # fmt: skip

    for rank, shape in ((1, ((9, 3),)), (2, IMAGE), (3, VOLUME)):
        kernel = {"filters": 2, "kernel_size": 3}
        yield from rows(shape, f"layer_conv_{rank}d", f"layer_conv_{rank}d_transpose", **kernel)
        yield from rows(shape, f"layer_max_pooling_{rank}d", f"layer_average_pooling_{rank}d")
        yield from rows(shape, f"layer_global_max_pooling_{rank}d", f"layer_global_average_pooling_{rank}d")
        yield from rows(shape, f"layer_cropping_{rank}d", f"layer_upsampling_{rank}d", f"layer_zero_padding_{rank}d")
        yield from rows(shape, f"layer_spatial_dropout_{rank}d", rate=0.5)
        yield from rows(tuple((3, *s) for s in shape), f"layer_conv_lstm_{rank}d", filters=2, kernel_size=2)
        if rank < 3:
            yield from rows(shape, f"layer_depthwise_conv_{rank}d", kernel_size=3)
            yield from rows(shape, f"layer_separable_conv_{rank}d", f"layer_locally_connected_{rank}d", **kernel)

    yield from rows(
        SEQUENCE, "layer_simple_rnn", "layer_lstm", "layer_gru", "layer_cudnn_gru", "layer_cudnn_lstm", units=3
    )
    yield from rows(SEQUENCE, "rnn_cell_simple", "rnn_cell_gru", "rnn_cell_lstm", units=3)
    yield from rows(SEQUENCE, "layer_simple_rnn_cell", "layer_gru_cell", "layer_lstm_cell", units=3)
    for name in ("rnn_cells_stack", "layer_stacked_rnn_cells"):
        yield Case(name, lambda: {"cells": [L.rnn_cell_gru(3), L.rnn_cell_lstm(2)]}, SEQUENCE)
    yield Case("layer_rnn", lambda: {"cell": L.rnn_cell_gru(3)}, SEQUENCE)

    for name in ("bidirectional", "layer_bidirectional"):
        yield Case(name, lambda: {"layer": L.layer_gru(3)}, SEQUENCE)
    for name in ("time_distributed", "layer_time_distributed"):
        yield Case(name, lambda: {"layer": L.layer_dense(3)}, SEQUENCE)
    yield Case("layer_spectral_normalization", lambda: {"layer": L.layer_dense(3)})
    yield Case("layer_flax_module_wrapper", needs="flax", backends=("jax",), alone=False)
    yield Case("layer_jax_model_wrapper", lambda: {"call_fn": _apply, "params": {"w": np.ones((6, 2))}}, needs="jax",
               backends=("jax",), alone=False)  # fmt: skip
    yield Case("layer_tfsm", backends=("tensorflow",), alone=False)
    yield Case("layer_torch_module_wrapper", lambda: {"module": __import__("torch").nn.Linear(6, 2)}, needs="torch",
               backends=("torch",), alone=False)  # fmt: skip

    yield from rows(
        SEQUENCE, "layer_batch_normalization", "layer_layer_normalization", "layer_rms_normalization",
        "layer_unit_normalization", "layer_normalization",
    )  # fmt: skip
    yield from rows(SEQUENCE, "layer_group_normalization", groups=2)
    yield from rows(((6,),), "layer_dropout", "layer_alpha_dropout", "layer_gaussian_dropout", rate=0.5)
    yield from rows(((6,),), "layer_gaussian_noise", stddev=0.5)

    yield from rows(SEQUENCE * 2, "layer_attention", "layer_additive_attention")
    yield from rows(SEQUENCE * 2, "layer_multi_head_attention", num_heads=2, key_dim=3)
    yield from rows(SEQUENCE * 2, "layer_group_query_attention", head_dim=3, num_query_heads=4, num_key_value_heads=2)

    merges = "add average concatenate maximum minimum multiply subtract".split()
    yield from rows(PAIR, *(f"layer_{name}" for name in merges))
    yield from rows(PAIR, "layer_dot", axes=1)

    yield from rows(IMAGE, "layer_flatten")
    yield from rows(SEQUENCE, "layer_permute", dims=(2, 1))
    yield from rows(((6,),), "layer_repeat_vector", n=3)
    yield from rows(((6,),), "layer_reshape", target_shape=(2, 3))

    yield from rows(((6,),), "layer_rescaling", scale=2.0)
    yield from rows(((6,),), "layer_discretization", bin_boundaries=[0.2, 0.5])
    yield from rows(((1,),), "layer_category_encoding", dtype="int32", num_tokens=5)
    yield Case("layer_hashing", {"num_bins": 3}, ((1,),), "int32")
    yield Case("layer_hashed_crossing", {"num_bins": 3}, ((1,), (1,)), "int32", alone=False)
    yield Case("layer_integer_lookup", {"vocabulary": [0, 1, 2]}, ((1,),), "int32")
    yield Case("layer_string_lookup", {"vocabulary": ["a", "b"]}, ((1,),), "string", backends=("tensorflow",))
    yield Case("layer_text_vectorization", {"vocabulary": ["a", "b"]}, ((1,),), "string", backends=("tensorflow",))
    yield from rows(((2048,),), "layer_mel_spectrogram", fft_length=256, sequence_stride=128)
    yield from rows(((1024, 1),), "layer_stft_spectrogram")
    yield Case("layer_feature_space", lambda: {"features": {"x": "float"}}, alone=False)
    yield Case("layer_pipeline", lambda: {"layers": [L.layer_rescaling(2.0), L.layer_resizing(4, 4)]}, IMAGE)

    yield from rows(IMAGE, "layer_resizing", "layer_center_crop", "layer_random_crop", height=4, width=5)
    yield Case("layer_max_num_bounding_boxes", {"max_number": 3}, IMAGE, alone=False)
    yield from rows(IMAGE, "layer_auto_contrast", "layer_equalization", "layer_solarization", value_range=(0, 1))
    plain = "random_elastic_transform random_erasing random_flip random_gaussian_blur random_grayscale random_invert"
    yield from rows(
        IMAGE, *(f"layer_{name}" for name in f"{plain} random_perspective random_shear rand_augment".split())
    )
    yield from rows(IMAGE, "layer_aug_mix", "layer_random_color_jitter", value_range=(0, 1))
    factors = "brightness color_degeneration contrast hue rotation saturation sharpness"
    yield from rows(IMAGE, *(f"layer_random_{name}" for name in factors.split()), factor=0.2)
    yield from rows(IMAGE, "layer_random_posterization", factor=4)
    yield from rows(IMAGE, "layer_random_translation", "layer_random_zoom", height_factor=0.2, width_factor=0.2)
    yield from rows(IMAGE, "layer_random_height", "layer_random_width", factor=0.2)
    yield Case("layer_cut_mix", {}, IMAGE, alone=False)
    yield Case("layer_mix_up", {}, IMAGE, alone=False)
    yield Case("layer_dense_features", alone=False)


def _twice(x):
    return x * 2


def _apply(params, inputs):
    return inputs @ params["w"]


CASES = {case.name: case for case in _cases()}
APPLICABLE = [case for case in CASES.values() if case.alone]


# What R says ----------------------------------------------------------------------------------------------------------


@functools.cache
def r_formals(package):
    """`{function: {argument: its default as R writes it, or None where it has none}}` of "keras2" or "keras3"."""
    exports = json.loads((DATA / f"{package}.json").read_text(encoding="utf-8"))
    return {name: dict(export["args"]) for name, export in exports.items() if export.get("args") is not None}


def from_r(text):
    """The Python value of a default that R writes: `c(1L, 1L)`, `NULL`, `"same"`."""
    text = re.sub(r"\bNULL\b", "None", text)
    text = re.sub(r"\bTRUE\b", "True", re.sub(r"\bFALSE\b", "False", text))
    text = re.sub(r"(\d)L\b", r"\1", text)
    return eval(re.sub(r"\b(list|c|tuple)\(", "_tuple(", text), {"__builtins__": {}, "_tuple": lambda *items: items})
