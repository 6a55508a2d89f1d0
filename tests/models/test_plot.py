"""plot(): what is in the pictures of histories and models, and where figures are seen."""

import itertools

import numpy as np
import pytest

from pipekeras._keras import keras
from pipekeras.errors import ArgumentError, DataError, InvalidValueError, PipeError
from pipekeras.models.history import History
from pipekeras.models.plot import plot
from pipekeras.models.plot_history import loess


def history(epochs, validation_freq=1, asked=None, **more):
    logs = []
    for epoch in range(epochs):
        log = {"accuracy": 1 - 0.5**epoch, "loss": 1.0 / (epoch + 1)}
        if validation_freq and (epoch + 1) % validation_freq == 0:
            log |= {"val_accuracy": 0.9 - 0.5**epoch, "val_loss": 1.5 / (epoch + 1)}
        logs.append(log | {name: values[epoch] for name, values in more.items()})
    return History(range(epochs), logs, {"verbose": 0, "epochs": asked or epochs, "steps": 1})


def marks(axes):
    """The points that are drawn, by colour."""
    return {line.get_color(): line.get_xydata() for line in axes.lines if line.get_marker() not in ("None", None)}


def lines(axes):
    """How many lines without marks."""
    return sum(line.get_marker() in ("None", None) for line in axes.lines)


# History --------------------------------------------------------------------------------------------------------------


def test_a_facet_a_metric_with_training_and_validation():
    figure = plot(history(5))
    assert [axes.get_ylabel() for axes in figure.axes] == ["accuracy", "loss"]
    assert figure.axes[1].get_xlabel() == "epoch"
    points = list(marks(figure.axes[1]).values())
    assert len(points) == 2
    assert points[0].tolist() == [[e, 1 / (e + 1)] for e in range(5)]
    assert points[1].tolist() == [[e, 1.5 / (e + 1)] for e in range(5)]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]


def test_both_facets_share_the_epochs_as_whole_numbers():
    figure = plot(history(3))
    figure.canvas.draw()
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()
    ticks = figure.axes[1].get_xticks()
    assert all(tick == round(tick) for tick in ticks)


def test_can_be_piped_to():
    assert len((history(2) >> plot(metrics="loss")).axes) == 1


def test_metrics_are_chosen_by_name_and_in_that_order():
    assert [a.get_ylabel() for a in plot(history(3), metrics=["loss", "accuracy"]).axes] == ["loss", "accuracy"]
    assert [a.get_ylabel() for a in plot(history(3), metrics="loss").axes] == ["loss"]
    several = history(1, f1=[[0.5, 0.25]])
    assert [a.get_ylabel() for a in plot(several, metrics="f1").axes] == ["f1[0]", "f1[1]"]


@pytest.mark.parametrize(("epochs", "asked", "smooth", "drawn"), [
    (9, 9, True, 2), (10, 10, True, 4), (10, 10, False, 2), (9, 20, True, 2), (12, 50, True, 4),
])  # fmt: skip
def test_a_smooth_line_from_ten_epochs_on(epochs, asked, smooth, drawn):
    figure = plot(history(epochs, asked=asked), smooth=smooth)
    assert [lines(axes) for axes in figure.axes] == [drawn, drawn]


def test_no_smooth_line_through_a_few_validations():
    figure = plot(history(20, validation_freq=5))
    assert [lines(axes) for axes in figure.axes] == [3, 3]
    assert [len(points) for points in marks(figure.axes[0]).values()] == [20, 4]


def test_training_alone_needs_no_legend():
    figure = plot(history(3, validation_freq=0))
    assert not figure.legends
    assert [len(marks(axes)) for axes in figure.axes] == [1, 1]


def test_one_epoch_is_a_point_with_its_tick():
    figure = plot(history(1))
    assert [len(points) for points in marks(figure.axes[0]).values()] == [1, 1]
    assert figure.axes[1].get_xticks().tolist() == [0]


def test_long_runs_are_lines_without_marks():
    figure = plot(history(1000))
    assert not marks(figure.axes[0]) and lines(figure.axes[0]) == 4


def test_values_that_are_not_finite_are_left_out_and_told():
    h = history(4, validation_freq=0)
    h.logs[1]["loss"], h.logs[2]["loss"] = float("nan"), float("inf")
    figure = plot(h)
    assert [len(points) for axes in figure.axes for points in marks(axes).values()] == [4, 2]
    assert [axes.get_title(loc="right") for axes in figure.axes] == ["", "2 values not finite"]


@pytest.mark.parametrize("method", ["auto", "ggplot2", "base"])
def test_methods_draw_the_same(method):
    assert len(plot(history(2), method=method).axes) == 2


def test_theme_bw_is_white():
    assert plot(history(2), theme_bw=True).axes[0].get_facecolor() == (1, 1, 1, 1)
    assert plot(history(2)).axes[0].get_facecolor() != (1, 1, 1, 1)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"metrics": "los"}, "plot: the history has no metric 'los'; did you mean loss? It has accuracy, loss"),
    ({"metrics": "val_loss"}, "plot: the history has no metric 'val_loss'; did you mean loss? It has accuracy, loss"),
    ({"metrics": "zzz"}, "plot: the history has no metric 'zzz'. It has accuracy, loss"),
    ({"metrics": []}, "plot: metrics is empty; the history has accuracy, loss"),
    ({"method": "lattice"}, "plot: method must be one of auto, ggplot2, base, it got 'lattice'"),
    ({"dpi": 0}, "plot: dpi must be a number above 0, it got 0"),
])  # fmt: skip
def test_what_cannot_be_drawn_of_a_history(arguments, message):
    with pytest.raises(InvalidValueError) as error:
        plot(history(2), **arguments)
    assert str(error.value) == message


def test_a_history_of_no_epochs_cannot_be_drawn():
    with pytest.raises(DataError, match="plot: no epoch was run, so the history has nothing to plot"):
        plot(History([], [], {"epochs": 0}))


def test_arguments_of_the_other_kind_of_picture():
    with pytest.raises(ArgumentError, match="plot: rankdir is for a model, this is a history: it takes metrics, meth"):
        plot(history(2), rankdir="LR")
    with pytest.raises(ArgumentError, match="plot: metrics is for a history, this is a model: it takes show_shapes"):
        plot(line(), metrics="loss")
    with pytest.raises(ArgumentError, match="plot has no argument metric; did you mean metrics?"):
        plot(history(2), metric="loss")


@pytest.mark.parametrize("thing", [3, "loss", None])
def test_only_histories_and_models_are_drawn(thing):
    with pytest.raises(
        PipeError, match=r"plot draws a training history, as fit\(\) returns, a model, or windows and folds; it got "
    ):
        plot(thing)


# The smooth line ------------------------------------------------------------------------------------------------------


def test_smoothing_keeps_straight_lines_and_parabolas():
    x = np.arange(25.0)
    at = np.linspace(0, 24, 80)
    np.testing.assert_allclose(loess(x, 3 - 2 * x, at), 3 - 2 * at, atol=1e-9)
    np.testing.assert_allclose(loess(x, x**2 - x, at), at**2 - at, atol=1e-8)


def test_smoothing_is_that_of_r():
    # R: predict(loess(dist ~ speed, cars), data.frame(speed = c(5, 10, 15)))
    speed = [4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16,
             17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25]  # fmt: skip
    dist = [2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26, 54, 32,
            40, 32, 40, 50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85]  # fmt: skip
    np.testing.assert_allclose(loess(speed, dist, [10, 15]), [21.865315, 41.205226], rtol=1e-6)
    np.testing.assert_allclose(loess(speed, dist, [5]), 7.797353, rtol=0.01)  # R interpolates between a few places


def test_smoothing_few_or_equal_points_stays_finite():
    for n in range(1, 6):
        assert np.isfinite(loess(np.arange(n), np.ones(n), np.linspace(0, n, 9))).all()
    assert np.isfinite(loess([1, 1, 1, 1], [1, 2, 3, 4], [1.0])).all()


# Models ---------------------------------------------------------------------------------------------------------------


def line(n=2):
    layers = [keras.layers.Dense(3, activation="relu", name=f"d{i}") for i in range(n)]
    return keras.Sequential([keras.layers.Input((4,)), *layers], name="line")


def residual():
    x = keras.layers.Input((4,), name="x")
    y = keras.layers.Dense(4, name="inner")(x)
    return keras.Model(x, keras.layers.Add(name="sum")([x, y]), name="residual")


def siamese():
    left, right = keras.layers.Input((4,), name="left"), keras.layers.Input((4,), name="right")
    base = line()
    return keras.Model([left, right], keras.layers.Dot(axes=1, name="dot")([base(left), base(right)]))


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def arrows(figure):
    from matplotlib.patches import Polygon

    return sum(isinstance(patch, Polygon) for patch in figure.axes[0].patches)


def test_a_sequential_model_is_a_line_of_its_layers():
    figure = plot(line(3))
    assert texts(figure) == ["Dense"] * 3
    assert arrows(figure) == 2


def test_a_functional_model_has_its_inputs_and_all_its_edges():
    figure = plot(residual(), show_layer_names=True)
    assert texts(figure) == ["InputLayer", "x", "Dense", "inner", "Add", "sum"]
    assert arrows(figure) == 3


def test_operations_that_are_not_layers_are_drawn():
    x = keras.layers.Input((4,))
    assert texts(plot(keras.Model(x, keras.ops.exp(x) * 2))) == ["InputLayer", "Exp", "Multiply"]


def test_a_shared_layer_is_one_box_with_the_number_of_tensors():
    figure = plot(siamese())
    assert sorted(texts(figure)) == sorted(["InputLayer", "InputLayer", "Sequential", "Dot", "×2"])
    assert arrows(figure) == 3


def test_a_layer_on_its_own_output():
    x, layer = keras.layers.Input((4,)), keras.layers.Dense(4)
    figure = plot(keras.Model(x, layer(layer(x))))
    assert texts(figure) == ["InputLayer", "Dense"] and arrows(figure) == 2
    figure = plot(keras.Model(x, layer(keras.layers.ReLU()(layer(x)))))
    assert texts(figure) == ["InputLayer", "Dense", "ReLU"] and arrows(figure) == 3


def test_nothing_about_the_model_changes():
    model = siamese()
    before = model.to_json(), [layer.name for layer in model.layers], keras.layers.Dense(1).name
    plot(model, expand_nested=True, show_shapes=True)
    number = int(before[2].rpartition("_")[2]) if "_" in before[2] else 0
    assert (model.to_json(), [layer.name for layer in model.layers]) == before[:2]
    assert keras.layers.Dense(1).name == f"dense_{number + 1}"


def test_boxes_say_what_is_asked_for():
    model = line(1)
    assert texts(plot(model)) == ["Dense"]
    assert texts(plot(model, show_layer_names=True)) == ["Dense", "d0"]
    shapes = ["Dense", "input", "(None, 4)", "output", "(None, 3)"]
    assert texts(plot(model, show_shapes=True)) == shapes
    typed = ["Dense", "input", "(None, 4) float32", "output", "(None, 3) float32"]
    assert texts(plot(model, show_shapes=True, show_dtype=True)) == typed
    assert texts(plot(model, show_dtype=True)) == ["Dense", "dtype", "float32"]
    assert texts(plot(model, show_layer_activations=True)) == ["Dense", "activation", "relu"]


def test_each_input_of_a_merge_has_its_shape():
    x = keras.layers.Input((4,))
    parts = [keras.layers.Dense(units)(x) for units in (2, 3, 2)]
    joined = keras.layers.Concatenate()(parts)
    rows = texts(plot(keras.Model(x, joined), show_shapes=True))
    assert [row for row in rows[rows.index("Concatenate") :] if row] == [
        "Concatenate", "input", "(None, 2)", "(None, 3)", "(None, 2)", "output", "(None, 7)",
    ]  # fmt: skip
    rows = texts(plot(keras.Model(x, keras.layers.Concatenate()(parts * 3)), show_shapes=True))
    assert "and 6 more" in rows


def test_what_is_trained_is_shown_where_some_is_not():
    model = line()
    assert "trainable" not in texts(plot(model))
    assert texts(plot(model, show_trainable=True)) == ["Dense", "trainable", "yes"] * 2
    model.layers[0].trainable = False
    assert texts(plot(model)) == ["Dense", "trainable", "no", "Dense", "trainable", "yes"]
    assert "trainable" not in texts(plot(model, show_trainable=False))


def test_wrappers_name_what_they_wrap():
    model = keras.Sequential([keras.layers.Input((3, 4)), keras.layers.Bidirectional(keras.layers.GRU(2))])
    assert texts(plot(model)) == ["Bidirectional(GRU)"]


def test_models_in_the_model_on_request():
    assert "Dense" not in texts(plot(siamese()))
    opened = texts(plot(siamese(), expand_nested=True))
    assert opened.count("Dense") == 2 and opened.count("Sequential") == 1
    named = texts(plot(siamese(), expand_nested=True, show_layer_names=True))
    assert "Sequential  line" in named and "d0" in named


def test_a_model_that_is_not_built_has_no_shapes():
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.ReLU()])
    figure = plot(model, show_shapes=True)
    assert texts(figure) == ["Dense", "ReLU"] and arrows(figure) == 1
    assert not model.built


def test_a_subclassed_model_is_its_layers_in_a_frame():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = keras.layers.Dense(3), keras.layers.ReLU()

        def call(self, x):
            return self.second(self.first(x))

    model = Mine()
    for _ in range(2):
        figure = plot(model)
        assert texts(figure) == ["Mine", "Dense", "ReLU"] and arrows(figure) == 0
        model(np.ones((1, 2), "float32"))


def test_a_class_of_ones_own_over_a_functional_model():
    class Mine(keras.Model):
        def __init__(self, units):
            x = keras.layers.Input((4,))
            super().__init__(x, keras.layers.Dense(units)(x))

    assert texts(plot(Mine(3))) == ["InputLayer", "Dense"]


def test_a_range_of_layers():
    assert texts(plot(line(5), layer_range=("d1", "d3"), show_layer_names=True))[1::2] == ["d1", "d2", "d3"]
    assert texts(plot(line(5), layer_range=("d3", "d4"), show_layer_names=True))[1::2] == ["d3", "d4"]
    with pytest.raises(InvalidValueError, match="plot: layer_range: no layer is called 'd11'; did you mean d1?"):
        plot(line(), layer_range=("d0", "d11"))


def test_a_model_without_layers():
    with pytest.raises(InvalidValueError, match=r"plot: model 'none' has no layers yet, there is nothing to draw: add"):
        plot(keras.Sequential(name="none"))


def test_rankdir_says_which_way_the_data_goes():
    def places(rankdir):
        return [text.get_position() for text in plot(line(), rankdir=rankdir).axes[0].texts]

    (x0, y0), (x1, y1) = places("TB")
    assert x0 == pytest.approx(x1) and y0 < y1  # y grows downwards
    (x0, y0), (x1, y1) = places("BT")
    assert x0 == pytest.approx(x1) and y0 > y1
    (x0, y0), (x1, y1) = places("LR")
    assert x0 < x1 and y0 == pytest.approx(y1)
    (x0, y0), (x1, y1) = places("RL")
    assert x0 > x1 and y0 == pytest.approx(y1)
    with pytest.raises(InvalidValueError, match="plot: rankdir must be one of TB, BT, LR, RL, it got 'UP'"):
        places("UP")


@pytest.mark.parametrize("rankdir", ["TB", "LR", "BT", "RL"])
def test_boxes_do_not_overlap_and_texts_are_inside_the_picture(rankdir):
    figure = plot(siamese(), rankdir=rankdir, show_shapes=True, expand_nested=True, show_layer_names=True)
    from matplotlib.patches import FancyBboxPatch

    boxes = [p.get_window_extent() for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]
    for a, b in itertools.combinations(boxes, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        within = [(i.x0 >= o.x0 - 1 and i.x1 <= o.x1 + 1 and i.y0 >= o.y0 - 1 and i.y1 <= o.y1 + 1)
                  for i, o in ((a, b), (b, a))]  # fmt: skip
        assert apart or any(within)
    whole = figure.bbox
    for text in figure.axes[0].texts:
        box = text.get_window_extent(figure.canvas.get_renderer())
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1


def test_deep_models_get_a_picture_that_can_be_drawn():
    figure = plot(line(400), dpi=300)
    width, height = figure.get_size_inches() * figure.dpi
    assert height <= 30_001 and width > 50
    assert plot(line(3), dpi=300).dpi == 300


# Where figures are seen -----------------------------------------------------------------------------------------------


def test_shown_figures_are_those_of_pyplot():
    import matplotlib.pyplot as plt

    figure = plot(history(2))
    assert plt.gcf() is figure


def test_saving_opens_no_figure(tmp_path):
    import matplotlib.pyplot as plt

    plot(history(2), to_file=tmp_path / "history.png")
    plot(line(), to_file=str(tmp_path / "model.svg"), dpi=80)
    assert (tmp_path / "history.png").read_bytes()[:4] == b"\x89PNG"
    assert b"<svg" in (tmp_path / "model.svg").read_bytes()
    assert not plt.get_fignums()


def test_dpi_is_that_of_the_file(tmp_path):
    import matplotlib.pyplot as plt

    sizes = {}
    for dpi in (50, 100):
        figure = plot(line(), to_file=tmp_path / "model.png", dpi=dpi)
        sizes[dpi] = plt.imread(tmp_path / "model.png").shape[0]
        assert sizes[dpi] == pytest.approx(figure.get_size_inches()[1] * dpi, abs=1)
    assert sizes[100] > 1.9 * sizes[50]


def test_a_notebook_shows_a_figure_once(monkeypatch):
    import matplotlib.pyplot as plt

    figure = plot(history(2))
    with pytest.raises(NotImplementedError):  # IPython then shows it as it shows any figure
        figure._ipython_display_()
    assert plt.fignum_exists(figure.number)  # with windows it stays open
    monkeypatch.setattr(plt, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    with pytest.raises(NotImplementedError):
        figure._ipython_display_()
    assert not plt.fignum_exists(figure.number)  # the inline backend does not find it when the cell has run


def test_without_a_display_there_is_a_figure_all_the_same(monkeypatch, tmp_path):
    import matplotlib.pyplot as plt

    def no_display(*args, **kwargs):
        raise ImportError("Cannot load backend 'TkAgg' which requires the 'tk' interactive framework")

    monkeypatch.setattr(plt, "figure", no_display)
    plot(history(2)).savefig(tmp_path / "history.png")
    assert (tmp_path / "history.png").stat().st_size > 1000


def test_windows_are_drawn_as_they_draw_themselves(tmp_path):
    from pipekeras import sequence_windows

    windows = sequence_windows(np.arange(30.0), lookback=4)
    drawn = plot(windows, to_file=tmp_path / "windows.png")
    assert len(drawn.axes) == len(windows.plot().axes) and (tmp_path / "windows.png").stat().st_size > 1000
    with pytest.raises(
        ArgumentError, match="plot: rankdir is for a model, this is a dataset of a series: it takes dpi"
    ):
        plot(windows, rankdir="LR")
