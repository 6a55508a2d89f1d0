"""Layers around layers, and around models of other libraries."""

from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, InvalidValueError, PipeError
from pipekeras.layers._layer import WrapperFunction, has_initial_weights, layer, wrapper
from pipekeras.pipe import Chain
from pipekeras.receivers import is_layer, say
from pipekeras.wrap import name_members


class _Bidirectional(WrapperFunction):
    """bidirectional(): also takes a chain of recurrent layers, which then run as one, forwards and backwards."""

    def make(self, bound):
        chain = bound["layer"]
        if is_layer(chain) and not hasattr(chain, "go_backwards"):
            raise InvalidValueError(
                f"{self.__name__} wraps a recurrent layer, such as layer_lstm(); it got {say(chain)}"
            )
        for name in ("layer", "backward_layer"):
            for inner in bound[name] if isinstance(bound.get(name), Chain) else [bound.get(name)]:
                if has_initial_weights(inner):
                    raise ArgumentError(
                        f"{self.__name__} copies {inner.name!r} for each direction, without its weights: give those of"
                        f" both directions to {self.__name__}(..., weights=[...])"
                    )
            if isinstance(bound.get(name), Chain):
                bound[name] = _as_one_rnn(bound[name])
        if isinstance(chain, Chain) and "_pipekeras_input" in vars(chain.steps[0]):
            vars(bound["layer"])["_pipekeras_input"] = vars(chain.steps[0])["_pipekeras_input"]
        return super().make(bound)


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
    for inner in layers:
        if inner.activity_regularizer is not None:
            raise PipeError(f"{inner.name!r} has an activity_regularizer, which a chain in bidirectional() cannot keep")
        if inner.stateful != layers[-1].stateful or (inner.return_state and inner is not layers[-1]):
            raise PipeError(
                "in a chain in bidirectional() all layers are stateful or none, and only the last may return its state;"
                f" {inner.name!r} differs"
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
