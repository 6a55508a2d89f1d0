"""Recurrent layers and the cells they run."""

from pipekeras.layers._layer import PlainFunction, cell, layer, wrapper
from pipekeras.wrap import name_members

# Gone from Keras 3: the layout (time, batch, features), and the choice between ways of computing the same numbers.
_GONE = {"time_major": False, "implementation": (1, 2)}


class _Stack(PlainFunction):
    """Cells on top of each other: in a list, or one after the other, `rnn_cells_stack(cell_1, cell_2)`."""

    def _by_name(self, args, kwargs):
        if len(args) > 1 or (args and not isinstance(args[0], (list, tuple))):
            args = (list(args),)
        return super()._by_name(args, kwargs)



layer_simple_rnn = layer("SimpleRNN", neutral=_GONE)
layer_lstm = layer("LSTM", neutral=_GONE)
layer_gru = layer("GRU", neutral=_GONE)

layer_conv_lstm_1d = layer("ConvLSTM1D")
layer_conv_lstm_2d = layer("ConvLSTM2D")
layer_conv_lstm_3d = layer("ConvLSTM3D")

layer_rnn = wrapper("RNN", neutral=_GONE)

rnn_cell_simple = cell("SimpleRNNCell")
rnn_cell_gru = cell("GRUCell")
rnn_cell_lstm = cell("LSTMCell")
rnn_cells_stack = _Stack("StackedRNNCells")

# 2.x names; Keras picks the fused GPU kernels on its own where the arguments allow it.
layer_cudnn_gru = layer("GRU")
layer_cudnn_lstm = layer("LSTM")
layer_simple_rnn_cell = cell("SimpleRNNCell")
layer_gru_cell = cell("GRUCell")
layer_lstm_cell = cell("LSTMCell")
layer_stacked_rnn_cells = _Stack("StackedRNNCells")

__all__ = [*name_members(globals())]
