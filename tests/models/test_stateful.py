"""models/stateful.py: states are kept from batch to batch where Keras can, and never lost in silence."""

import numpy as np
import pytest

from pipekeras import (
    UnavailableError,
    bidirectional,
    compile,
    evaluate,
    fit,
    keras_model_sequential,
    layer_dense,
    layer_gru,
    layer_lstm,
    layer_simple_rnn,
    predict,
    predict_on_batch,
    test_on_batch,
    train_on_batch,
)

X, Y = np.random.default_rng(1).normal(size=(2, 5, 1)).astype("float32"), np.ones(2, "float32")


def net(layer):
    model = keras_model_sequential(batch_shape=(2, 5, 1)) >> layer >> layer_dense(1)
    return model >> compile("sgd", "mse")


USES = {
    "fit": lambda m: fit(m, X, Y, batch_size=2, verbose=0),
    "train_on_batch": lambda m: train_on_batch(m, X, Y),
    "evaluate": lambda m: evaluate(m, X, Y, batch_size=2, verbose=0),
    "test_on_batch": lambda m: test_on_batch(m, X, Y),
    "predict": lambda m: predict(m, X, batch_size=2, verbose=0),
    "predict_on_batch": lambda m: predict_on_batch(m, X),
}
_KEPT = [layer_simple_rnn, layer_gru, layer_lstm]


@pytest.mark.parametrize("make", _KEPT)
def test_states_go_on_from_batch_to_batch(make, only_on):
    only_on("tensorflow", "torch", reason="on JAX Keras loses them")
    twice = np.concatenate([X, X])
    kept = predict(net(make(3, stateful=True)), twice, batch_size=2, verbose=0)
    assert not np.allclose(kept[:2], kept[2:])
    anew = predict(net(make(3)), twice, batch_size=2, verbose=0)
    np.testing.assert_allclose(anew[:2], anew[2:], atol=1e-6)


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("make", _KEPT)
def test_what_cannot_be_kept_is_an_error(make, name, backend):
    model = net(make(3, stateful=True, name="memory"))
    fails = backend == "jax" or (backend == "torch" and "train" in name + "_train" * (name == "fit"))
    fails = fails and not (backend == "torch" and make is layer_simple_rnn)
    if not fails:
        USES[name](model)
        return
    why = "loses the states" if backend == "jax" else "cannot train through states"
    message = (
        rf"^{name}: {make.__name__} 'memory' is stateful, and .*{why}.*KERAS_BACKEND=tensorflow, or stateful=False"
    )
    with pytest.raises(UnavailableError, match=message):
        USES[name](model)


def test_also_inside_of_wrappers_and_models(only_on):
    only_on("jax", "torch", reason="on TensorFlow they are kept")
    wrapped = net(bidirectional(layer_gru(3, stateful=True)))
    with pytest.raises(UnavailableError, match="is stateful"):
        USES["fit"](wrapped)
    outer = keras_model_sequential(batch_shape=(2, 5, 1)) >> net(layer_lstm(3, stateful=True))
    with pytest.raises(UnavailableError, match="layer_lstm 'lstm.*' is stateful"):
        USES["fit"](outer >> compile("sgd", "mse"))


def test_layers_without_states_are_nobodys_business():
    for name, use in USES.items():
        assert use(net(layer_lstm(3))) is not None, name
