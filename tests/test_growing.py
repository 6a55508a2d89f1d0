"""A Sequential that grows through the pipe is, whenever it is looked at, what `keras.Sequential.add` makes."""

import copy
import io
import pickle
from contextlib import redirect_stdout

import keras
import numpy as np
import pytest

from pipekeras import ShapeError, layer_dense, layer_dropout, layer_flatten
from pipekeras.growing import grow, is_empty, sequential, settle


def small_layers():
    """Layers of several kinds, with state and without, in a new set each time."""
    return [
        keras.layers.Dense(5, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.5),
        keras.layers.Reshape((5, 1)),
        keras.layers.LSTM(3),
        keras.layers.Dense(2),
    ]


def grown(layers=None, shape=(4,), name=None):
    model = sequential(name=name)
    grow(model, keras.layers.InputLayer(shape))
    for layer in small_layers() if layers is None else layers:
        grow(model, layer)
    return model


def added(layers=None, shape=(4,), name=None):
    """The peer: the same with Keras's own `add`, as R's pipe does it."""
    model = keras.Sequential(name=name)
    model.add(keras.layers.InputLayer(shape))
    for layer in small_layers() if layers is None else layers:
        model.add(layer)
    return model


def afresh(make, *args, **kwargs):
    """`make(...)` in a session that counts its names from the start."""
    keras.utils.clear_session(free_memory=False)
    return make(*args, **kwargs)


def is_waiting(model):
    """Whether the model has grown since it was last looked at; this is not a look."""
    return type(model) is not keras.Sequential


def data(n=8, features=4, outputs=2):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, features)).astype("float32"), rng.normal(size=(n, outputs)).astype("float32")


# What comes out is plain Keras ----------------------------------------------------------------------------------------


def test_is_what_keras_makes():
    ours, theirs = afresh(grown), afresh(added)
    assert ours.to_json() == theirs.to_json()
    assert type(ours) is keras.Sequential
    assert ours.built
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert [tuple(w.shape) for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.path for w in ours.trainable_weights] == [w.path for w in theirs.trainable_weights]
    assert (ours.input_shape, ours.output_shape) == (theirs.input_shape, theirs.output_shape)


def test_computes_what_keras_computes():
    ours, theirs = afresh(grown), afresh(added)
    theirs.set_weights(ours.get_weights())
    x, _ = data()
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_is_a_sequential_before_it_is_looked_at():
    model = grown()
    assert is_waiting(model)
    assert isinstance(model, keras.Sequential)
    assert isinstance(model, keras.layers.Layer)
    assert is_waiting(model), "asking for the class is not yet a look"
    assert model.__class__ is keras.Sequential
    assert len(model.layers) == 6
    assert not is_waiting(model)


def test_settling_twice_changes_nothing():
    model = grown()
    inside = settle(model)._functional
    assert settle(model)._functional is inside
    assert type(model) is keras.Sequential


def test_two_models_grow_side_by_side():
    one, two = grown([]), grown([])
    for units in (3, 2):
        grow(one, keras.layers.Dense(units))
        grow(two, keras.layers.Dense(10 * units))
    assert [layer.units for layer in one.layers] == [3, 2]
    assert [layer.units for layer in two.layers] == [30, 20]


# Names, as Keras and R give them --------------------------------------------------------------------------------------


def names_after(make):
    """The automatic names that are next after a model was made."""
    model = make()
    following = keras.Sequential()
    functional = keras.Model(*[keras.Input((2,))] * 2)
    return model.name, [layer.name for layer in model.layers], following.name, functional.name


@pytest.mark.parametrize("number", [1, 2, 6])
def test_automatic_names_go_on_as_after_add(number):
    ours = afresh(names_after, lambda: grown(small_layers()[:number]))
    theirs = afresh(names_after, lambda: added(small_layers()[:number]))
    assert ours == theirs


def test_the_inside_is_named_as_r_names_it():
    def inside(make):
        first, second = make(), make()
        return [model._functional.name for model in (settle_both(first), settle_both(second))]

    assert afresh(inside, grown) == afresh(inside, added)


def settle_both(model):
    """Looks at ours; does nothing to a plain one."""
    assert model.built
    return model


# Looked at half way, and continued ------------------------------------------------------------------------------------


def printed(model):
    said = io.StringIO()
    with redirect_stdout(said):
        model.summary()
        print(repr(model), str(model))
    return said.getvalue()


def inspected(model):
    names = [layer.name for layer in model.layers]
    return names, model.count_params(), model.output_shape, vars(type(model)) is vars(keras.Sequential)


def trained(model):
    model.compile("sgd", "mse")
    x, _ = data()
    y = np.zeros(model.predict(x, verbose=0).shape, "float32")
    return len(model.fit(x, y, verbose=0, batch_size=4).history["loss"])


def popped(model):
    removed = model.pop()
    return removed.name, len(model.layers)


def added_by_hand(model):
    model.add(keras.layers.Activation("relu"))
    return [layer.name for layer in model.layers]


def copied(model):
    return copy.deepcopy(model).to_json()


def pickled(model):
    return pickle.loads(pickle.dumps(model)).to_json()


def cloned(model):
    return keras.models.clone_model(model).get_config()["layers"]


def called(model):
    return tuple(model(data()[0]).shape)


def frozen(model):
    model.trainable = False
    return len(model.trainable_weights), len(model.non_trainable_weights)


LOOKS = [printed, inspected, trained, popped, added_by_hand, copied, pickled, cloned, called, frozen]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
@pytest.mark.parametrize("number", [1, 4, 5])
def test_half_way_is_what_keras_has_there_and_goes_on(look, number):
    def story(start, go_on):
        layers = small_layers()
        model = start(layers[:number])
        seen = look(model)
        for _ in range(2):
            go_on(model, keras.layers.Dense(2))
        return seen, model.to_json(), [w.path for w in model.weights], look(model) if look is not popped else None

    ours = afresh(story, grown, grow)
    theirs = afresh(story, added, lambda model, layer: model.add(layer))
    assert ours == theirs


@pytest.mark.parametrize("looks", [1, 3])
def test_looking_at_an_input_alone_is_harmless(looks):
    def story(start, go_on):
        model = start([])
        seen = [(model.built, len(model.layers), model.name) for _ in range(looks)]
        go_on(model, keras.layers.Dense(2))
        return seen, model.to_json(), names_after(lambda: model)

    assert afresh(story, grown, grow) == afresh(story, added, lambda model, layer: model.add(layer))


def test_saved_half_way_and_continued(tmp_path):
    model = grown(small_layers()[:5])
    model.save(tmp_path / "half.keras")
    grow(model, keras.layers.Dense(2))
    model.save(tmp_path / "whole.keras")
    half, whole = (keras.models.load_model(tmp_path / f"{name}.keras") for name in ("half", "whole"))
    assert [type(m) for m in (half, whole)] == [keras.Sequential] * 2
    assert (half.output_shape, whole.output_shape) == ((None, 3), (None, 2))
    x, _ = data()
    np.testing.assert_allclose(whole.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_weights_stay_when_the_chain_goes_on():
    model = grown([keras.layers.Dense(3, kernel_initializer="ones")])
    model.layers[0].set_weights([np.full((4, 3), 7.0), np.zeros(3)])
    grow(model, keras.layers.Dense(2))
    np.testing.assert_array_equal(model.get_weights()[0], np.full((4, 3), 7.0))


def test_an_attribute_set_half_way_stays():
    model = grown()
    model.remark = "mine"
    assert type(model) is keras.Sequential
    grow(model, keras.layers.Dense(1))
    assert model.remark == "mine"
    assert model.output_shape == (None, 1)


def test_a_growing_model_can_be_a_layer_itself():
    inner = grown(small_layers()[:2])
    x = keras.Input((4,))
    model = keras.Model(x, inner(x))
    assert model.output_shape == (None, 5)
    outer = grown([grown(small_layers()[:1]), keras.layers.Dense(1)])
    assert outer.output_shape == (None, 1)
    assert [type(layer).__name__ for layer in outer.layers] == ["Sequential", "Dense"]


# Layers that do not fit -----------------------------------------------------------------------------------------------


def test_a_layer_that_does_not_fit_is_refused_at_its_own_line():
    model = grown([keras.layers.Dense(3)])
    with pytest.raises(ValueError, match=r"expected ndim=3, found ndim=2"):
        grow(model, keras.layers.LSTM(2))
    assert [type(layer).__name__ for layer in model.layers] == ["Dense"]
    assert model.output_shape == (None, 3)


def test_a_refused_layer_leaves_the_model_as_it_was():
    model = grown([keras.layers.Dense(3)])
    for _ in range(2):
        with pytest.raises(ShapeError, match=r"layer_conv_1d|Conv1D"):
            model >> keras.layers.Conv1D(2, 1)
    assert is_waiting(model), "being refused is not a look"
    grow(model, keras.layers.Dense(2))
    other = added([keras.layers.Dense(3), keras.layers.Dense(2)])
    assert [layer.get_config()["units"] for layer in model.layers] == [layer.units for layer in other.layers]
    assert model.predict(data()[0], verbose=0).shape == (8, 2)
    assert [tuple(w.shape) for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]


@pytest.mark.parametrize("make", [grown, added], ids=["ours", "made by hand"])
@pytest.mark.parametrize(
    "wrong", [lambda: keras.layers.LSTM(2), lambda: keras.layers.InputLayer((3,)), lambda: "dense"]
)
def test_a_refused_layer_leaves_a_settled_model_as_it_was(make, wrong):
    model = make([keras.layers.Dense(3)])
    inside, weights = model._functional, model.get_weights()
    with pytest.raises(ValueError, match=r"ndim|already been configured|Only instances"):
        grow(model, wrong())
    assert [type(layer).__name__ for layer in model.layers] == ["Dense"]
    assert model.built
    assert model.output_shape == (None, 3)
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])
    assert make is added or model._functional.name == inside.name
    assert grow(model, keras.layers.Dense(1)).output_shape == (None, 1)


def test_a_layer_that_does_not_fit_the_input_leaves_the_input():
    def story(start, go_on):
        model = start([])
        with pytest.raises(ValueError, match="ndim"):
            go_on(model, keras.layers.LSTM(2))
        return model

    model = story(grown, grow)
    assert (model.built, model.layers) == (False, [])
    assert grow(model, keras.layers.Dense(2)).output_shape == (None, 2)


def test_a_layer_that_does_not_fit_a_model_without_input_is_refused_with_the_data():
    model = sequential() >> layer_dense(units=3) >> keras.layers.LSTM(2)
    with pytest.raises(ValueError, match="ndim"):
        model(data()[0])


def test_a_second_layer_of_the_same_name_is_refused_as_keras_does():
    model = grown([keras.layers.Dense(4, name="once")])
    with pytest.raises(ValueError, match="unique names"):
        grow(model, keras.layers.Dense(2, name="once"))
    assert model.output_shape == (None, 4)
    assert len(model.layers) == 1


def test_the_same_layer_twice_shares_its_weights_as_keras_does():
    def twice(make):
        layer = keras.layers.Dense(4)
        return make([layer, layer])

    ours, theirs = afresh(twice, grown), afresh(twice, added)
    assert ours.layers[0] is ours.layers[1]
    assert (
        [w.path for w in ours.weights]
        == [w.path for w in theirs.weights]
        == ["sequential/dense/kernel", "sequential/dense/bias"]
    )
    theirs.set_weights(ours.get_weights())
    x, _ = data()
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_an_input_in_the_middle_is_refused_as_keras_does():
    model = grown([keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="already been configured"):
        grow(model, keras.layers.InputLayer((3,)))
    assert len(model.layers) == 1
    assert grow(model, keras.layers.Dense(1)).output_shape == (None, 1)


def test_what_is_no_layer_is_refused_as_keras_does():
    model = grown([keras.layers.Dense(3)])
    with pytest.raises(ValueError, match=r"Only instances of `keras.Layer`"):
        grow(model, "dense")
    assert len(model.layers) == 1


# Models that Keras has to build on its own ----------------------------------------------------------------------------


def test_without_an_input_shape_the_first_data_builds_the_model():
    def story(model, go_on):
        for layer in (layer_dense(units=3), layer_dropout(rate=0.1), layer_dense(units=2)):
            go_on(model, layer)
        built = model.built, [layer.name for layer in model.layers]
        model.compile("sgd", "mse")
        model.fit(*data(), verbose=0)
        trained = model.to_json(), [w.path for w in model.weights]
        go_on(model, layer_dense(units=1))
        return built, trained, model.to_json(), model.output_shape

    ours = afresh(lambda: story(sequential(), grow))
    assert ours == afresh(lambda: story(keras.Sequential(), lambda model, layer: model.add(layer)))
    assert ours[0][0] is False


def test_is_empty_is_not_a_look():
    model = sequential()
    assert is_empty(model)
    grow(model, keras.layers.InputLayer((4,)))
    assert not is_empty(model)
    grow(model, keras.layers.Dense(2))
    assert not is_empty(model)
    assert is_waiting(model)


def test_a_model_made_by_hand_grows_by_add():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    assert (model >> layer_dense(units=2)) is model
    assert type(model) is keras.Sequential
    assert [layer.units for layer in model.layers] == [3, 2]
    assert model.output_shape == (None, 2)


def test_a_subclass_of_sequential_stays_what_it_is():
    class Noted(keras.Sequential):
        def add(self, layer, rebuild=True):
            super().add(layer, rebuild=rebuild)
            self.__dict__.setdefault("notes", []).append(layer.name)

    model = Noted()
    model >> keras.layers.InputLayer((4,)) >> layer_dense(units=3, name="one") >> layer_dense(units=2, name="two")
    assert type(model) is Noted
    assert vars(model)["notes"][-2:] == ["one", "two"]
    assert model.output_shape == (None, 2)


def test_a_layer_with_several_outputs_ends_the_shortcut_not_the_model():
    class Twice(keras.layers.Layer):
        def call(self, x):
            return x, 2 * x

    class Sum(keras.layers.Layer):
        def call(self, pair):
            return pair[0] + pair[1]

    model = grown([keras.layers.Dense(3), Twice()])
    assert len(model.outputs) == 2
    grow(model, Sum())
    one = keras.Model(model.inputs, model.layers[0].output)
    x, _ = data()
    np.testing.assert_allclose(model.predict(x, verbose=0), 3 * one.predict(x, verbose=0), rtol=1e-5)


# Linear in its length -------------------------------------------------------------------------------------------------


def test_a_chain_of_200_layers_calls_each_layer_once():
    calls = []

    class Counted(keras.layers.Layer):
        def __call__(self, x):
            calls.append(self)
            return super().__call__(x)

        def call(self, x):
            return x

        def compute_output_shape(self, input_shape):
            return input_shape

    layers = [Counted() for _ in range(200)]
    model = grown(layers)
    assert len(model.layers) == 200
    assert model.built
    assert len(calls) == 200
    assert calls == layers


def test_looking_after_each_layer_calls_no_layer_again():
    """Statement style with a print after each line costs a rebuilt graph, not 200 * 200 / 2 calls of layers."""
    calls = []

    class Counted(keras.layers.Layer):
        def __call__(self, x):
            calls.append(self.name)
            return super().__call__(x)

        def call(self, x):
            return x

    model = grown([])
    for length in range(1, 21):
        grow(model, Counted())
        assert len(model.layers) == length
    assert len(calls) == 20


def test_one_name_scope_around_all():
    model = grown([layer_flatten(), layer_dense(units=2, name="out")], name="outer")
    assert [w.path for w in model.weights] == ["outer/out/kernel", "outer/out/bias"]
