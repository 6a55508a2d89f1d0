"""Recurrent layers and the cells they run."""

import inspect

from pipekeras.layers._layer import LayerFunction, PlainFunction, cell, layer, wrapper
from pipekeras.wrap import name_members

# Gone from Keras 3: the layout (time, batch, features), and the choice between ways of computing the same numbers.
_GONE = {"time_major": False, "implementation": (1, 2)}


class _Stack(PlainFunction):
    """Cells on top of each other: in a list, or one after the other, `rnn_cells_stack(cell_1, cell_2)`."""

    def _by_name(self, args, kwargs):
        if len(args) > 1 or (args and not isinstance(args[0], (list, tuple))):
            args = (list(args),)
        return super()._by_name(args, kwargs)


class _ConvLSTM(LayerFunction):
    """The ConvLSTMs take unroll, as all recurrent layers do, without saying so in their signature."""

    extra = [*LayerFunction.extra, inspect.Parameter("unroll", inspect.Parameter.KEYWORD_ONLY, default=False)]


layer_simple_rnn = layer("SimpleRNN", neutral=_GONE)
layer_lstm = layer("LSTM", neutral=_GONE)
layer_gru = layer("GRU", neutral=_GONE)

layer_conv_lstm_1d = _ConvLSTM("ConvLSTM1D")
layer_conv_lstm_2d = _ConvLSTM("ConvLSTM2D")
layer_conv_lstm_3d = _ConvLSTM("ConvLSTM3D")

layer_rnn = wrapper("RNN", neutral=_GONE)

rnn_cell_simple = cell("SimpleRNNCell")
rnn_cell_gru = cell("GRUCell")
rnn_cell_lstm = cell("LSTMCell")
rnn_cells_stack = _Stack("StackedRNNCells")

# 2.x names; Keras picks the fused GPU kernels on its own where the arguments allow it.
_NOT_IN_CUDNN = [
    "activation",
    "recurrent_activation",
    "use_bias",
    "dropout",
    "recurrent_dropout",
    "seed",
    "go_backwards",
]
_NOT_IN_CUDNN += ["unroll", "reset_after", "use_cudnn"]
layer_cudnn_gru = layer("GRU", by_name=_NOT_IN_CUDNN)
layer_cudnn_lstm = layer("LSTM", by_name=_NOT_IN_CUDNN)
layer_simple_rnn_cell = cell("SimpleRNNCell")
layer_gru_cell = cell("GRUCell")
layer_lstm_cell = cell("LSTMCell")
layer_stacked_rnn_cells = _Stack("StackedRNNCells")

__all__ = [*name_members(globals())]
