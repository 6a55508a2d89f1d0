"""Layers around layers, and around models of other libraries."""

from pipekeras._keras import keras
from pipekeras.errors import PipeError
from pipekeras.layers._layer import WrapperFunction, layer, wrapper
from pipekeras.pipe import Chain
from pipekeras.wrap import name_members


class _Bidirectional(WrapperFunction):
    """bidirectional(): also takes a chain of recurrent layers, which then run as one, forwards and backwards."""

    def _prepared(self, bound):
        inner = bound["layer"]
        wanted = vars(inner).get("_pipekeras_input")
        if wanted is not None:  # bidirectional(layer_lstm(10, input_shape=...)): the input is the whole layer's
            self._inner_input = wanted
        return super()._prepared(bound)

    def make(self, bound):
        self._inner_input = None
        for name in ("layer", "backward_layer"):
            if isinstance(bound.get(name), Chain):
                bound[name] = _as_one_rnn(bound[name])
        made = super().make(bound)
        if self._inner_input is not None:
            vars(made).setdefault("_pipekeras_input", self._inner_input)
        return made


def _as_one_rnn(chain):
    """A chain of recurrent layers as one RNN over stacked cells: the same numbers, step by step, not layer by layer."""
    layers = chain.layers
    for inner in layers:
        if not hasattr(inner, "cell") or inner.go_backwards:
            raise PipeError(
                f"bidirectional() takes a chain of recurrent layers that read forwards; {inner.name!r}"
                f" ({type(inner).__name__}) is not one: give each recurrent layer a bidirectional() of its own"
            )
    for inner in layers[:-1]:
        if not inner.return_sequences:
            raise PipeError(
                f"{inner.name!r} hands only its last output on: it needs return_sequences=True inside a chain"
            )
    last = layers[-1]
    return keras.layers.RNN(
        [inner.cell for inner in layers],
        return_sequences=last.return_sequences,
        return_state=last.return_state,
        stateful=last.stateful,
        unroll=last.unroll,
        zero_output_for_mask=last.zero_output_for_mask,
    )


bidirectional = _Bidirectional("Bidirectional")
time_distributed = wrapper("TimeDistributed")
layer_bidirectional = _Bidirectional("Bidirectional")
layer_time_distributed = wrapper("TimeDistributed")

layer_flax_module_wrapper = layer("FlaxLayer")
layer_jax_model_wrapper = layer("JaxLayer", by_name=["native_serialization_platforms"])
layer_tfsm = layer("TFSMLayer")
layer_torch_module_wrapper = layer("TorchModuleWrapper", after={"output_shape": "module"})

__all__ = [*name_members(globals())]
