"""Starting values of weights: R's `initializer_*`, one line each."""

from pipekeras.wrap import Wrapper, name_members


class _Initializer(Wrapper):
    module = "initializers"


_AXES = ["input_axes", "output_axes"]  # Keras has them, R does not: by name alone

initializer_constant = _Initializer("Constant")
initializer_glorot_normal = _Initializer("GlorotNormal", by_name=_AXES)
initializer_glorot_uniform = _Initializer("GlorotUniform", by_name=_AXES)
initializer_he_normal = _Initializer("HeNormal", by_name=_AXES)
initializer_he_uniform = _Initializer("HeUniform", by_name=_AXES)
initializer_identity = _Initializer("IdentityInitializer")
initializer_lecun_normal = _Initializer("LecunNormal", by_name=_AXES)
initializer_lecun_uniform = _Initializer("LecunUniform", by_name=_AXES)
initializer_ones = _Initializer("Ones")
initializer_orthogonal = _Initializer("OrthogonalInitializer")
initializer_random_normal = _Initializer("RandomNormal")
initializer_random_uniform = _Initializer("RandomUniform")
initializer_stft = _Initializer("STFT")
initializer_truncated_normal = _Initializer("TruncatedNormal")
initializer_variance_scaling = _Initializer("VarianceScaling", by_name=_AXES)
initializer_zeros = _Initializer("Zeros")

__all__ = [*name_members(globals())]
