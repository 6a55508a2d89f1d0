"""self.super, self.private, fields and active properties: what R's methods see, in Python."""

import copy
import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras._keras import keras

ONE = np.ones((1, 1), "float32")


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


# self.super -----------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=6))
def test_each_level_of_inheritance_has_its_own_parent(levels):
    """The same two functions at each level: only the class that a method is defined by tells the levels apart."""

    def initialize(self, x):
        self.super.initialize(x + 1)

    def call(self, inputs):
        level = type(self).depth - self.height
        self.height += 1
        a, b = levels[level]
        return self.super.call(inputs) * a + b

    def root(self, x):
        self.super.initialize()
        self.x, self.height = x, 0

    made = pk.Layer("Level", root, call=lambda self, inputs: inputs + self.x)
    for depth in range(len(levels)):
        made = pk.Layer("Level", initialize, call, inherit=made, depth=depth)
    expected = 1.0 + len(levels)
    for a, b in levels:
        expected = expected * a + b
    np.testing.assert_allclose(numpy(made(0)(ONE)), expected)


def test_the_words_of_r_and_python_both_do():
    seen = []
    for word in ("initialize", "__init__"):

        def begin(self, units, word=word):
            getattr(self.super(), word)(units, activation="relu")
            seen.append(self.super.get_config()["units"])

        dense = pk.Layer("Mine", begin, inherit=pk.layer_dense)
        assert (ONE >> dense(3)).shape == (1, 3)
    assert seen == [3, 3]


def test_it_can_be_kept_for_later_and_for_other_threads():
    below = pk.Layer("Below", call=lambda self, inputs: inputs + 1)

    def call(self, inputs):
        parent, results = self.super, []
        thread = threading.Thread(target=lambda: results.append(parent.call(inputs)))
        thread.start()
        thread.join()
        return results[0] + sum(self.super.call(inputs) for _ in range(2))

    above = pk.Layer("Above", call=call, inherit=below)
    top = pk.Layer("Top", inherit=above, call=lambda self, inputs: self.super.call(inputs))
    np.testing.assert_allclose(numpy(top()(ONE)), 6)


def test_two_objects_at_once():
    def call(self, inputs):
        return inputs + 1 if self.other is None else self.super.call(inputs) + self.other(inputs)

    def begin(self, other=None):
        self.super.initialize()
        self.other = other

    below = pk.Layer("Below", call=lambda self, inputs: 10 * inputs)
    made = pk.Layer("Made", begin, call, inherit=below)
    np.testing.assert_allclose(numpy(made(made(made()))(ONE)), 10 + 10 + 2)


def test_outside_of_methods_it_is_that_of_the_objects_class():
    below = pk.Layer("Below", call=lambda self, inputs: inputs + 1)
    layer = pk.Layer("Above", call=lambda self, inputs: 0 * inputs, inherit=below)()
    np.testing.assert_allclose(numpy(layer.super.call(ONE)), 2)
    assert repr(layer.super) == "<self.super of Above>"
    with pytest.raises(AttributeError):
        layer.super.nothing  # noqa: B018


def test_what_initialize_owes_its_parent():
    below = pk.Layer("Below", lambda self, x: self.super.initialize(), call=lambda self, inputs: inputs)
    with pytest.raises(pk.ArgumentError, match="Above: its initialize must call self.super.initialize.* parent Below"):
        pk.Layer("Above", lambda self: None, inherit=below)()

    def forgets(self, ask=False):
        if ask:
            self.super.initialize()

    sometimes = pk.Loss("Sometimes", call=lambda self, y_true, y_pred: y_pred, initialize=forgets)
    sometimes(True)
    with pytest.raises(pk.ArgumentError, match=r"Sometimes: its initialize must call self.super.initialize\(...\)"):
        sometimes()


def test_pythons_super_is_no_help_in_a_plain_function():
    def begin(self):
        super().__init__()

    with pytest.raises(pk.ArgumentError, match=r"write self.super instead, as in self.super.initialize\(...\)"):
        pk.Layer("Mine", begin)()
    mine = pk.Layer("Mine", call=lambda self, inputs: super().call(inputs))
    with pytest.raises(pk.ArgumentError, match=r"Mine: super\(\) knows its class only inside of a class statement"):
        mine()(ONE)


# Fields ---------------------------------------------------------------------------------------------------------------


def test_each_object_begins_with_its_own_lists():
    made = pk.Callback("Made", public={"seen": [[]], "count": 0, "note": lambda self, x: self.seen[0].append(x)})
    one, two = made(), made()
    one.note(1)
    one.count += 1
    assert (one.seen, two.seen, one.count, two.count, made.seen) == ([[1]], [[]], 1, 0, [[]])
    two.seen = [2]
    assert two.seen == [2]


def test_fields_and_methods_may_stand_among_the_methods():
    made = pk.Layer("Made", call=lambda self, inputs: self.scaled(inputs), factor=3.0,
                    scaled=lambda self, x: x * self.factor)  # fmt: skip
    np.testing.assert_allclose(numpy(ONE >> made()), 3)


def test_finalize_runs_at_the_end():
    ended = []
    made = pk.Callback("Made", finalize=lambda self: ended.append("below"))
    above = pk.Callback("Above", inherit=made, finalize=lambda self: self.super.finalize() or ended.append("above"))
    one = above()
    del one
    gc.collect()
    assert ended == ["below", "above"]


# Private --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def counter():
    return pk.Layer(
        "Counter", call=lambda self, inputs: inputs + self.private.next(),
        private={
            "seen": [], "step": 2.0,
            "next": lambda self: self.private.seen.append(self.private.step) or sum(self.private.seen),
            "last": pk.active_property(lambda self: self.private.seen[-1]),
            "by": pk.active_property(lambda self, value: value and setattr(self.private, "step", value)),
        },
        seen_so_far=lambda self: self.private.seen,
    )  # fmt: skip


def test_private_members_are_each_objects_own(counter):
    one, two = counter(), counter()
    assert [float(numpy(one(ONE))[0, 0]) for _ in range(2)] == [3, 5]
    assert (one.seen_so_far(), two.seen_so_far(), one.private.last) == ([2, 2], [], 2)
    one.private.by = 7.0
    one(ONE)
    assert one.private.last == 7 and two.private.step == 2
    one.private.new = "any"
    assert one.private.new == "any" and dir(two.private) == ["by", "last", "next", "seen", "step"]


def test_private_has_nothing_else(counter):
    with pytest.raises(AttributeError, match="private has no nothing; it has by, last, next, seen, step"):
        counter().private.nothing  # noqa: B018
    with pytest.raises(AttributeError, match="private.last can be read only"):
        counter().private.last = 3


def test_keras_sees_nothing_of_it(counter):
    layer = counter()
    layer.private.hidden = keras.layers.Dense(3)
    layer.private.hidden.build((None, 1))
    assert layer.weights == [] and not layer.get_config().keys() & {"hidden", "seen"}
    assert type(layer).from_config(layer.get_config()).seen_so_far() == []


def test_subclasses_have_their_parents_and_their_own(counter):
    above = pk.Layer("Above", inherit=counter, private={"step": 5.0}, call=lambda self, x: self.super.call(x) * 10)
    np.testing.assert_allclose(numpy(above()(ONE)), 60)


def test_private_survives_a_copy_and_keeps_nothing_alive():
    made = pk.Constraint("Made", call=lambda self, w: w * self.private.twice(), private={"x": 3, "twice": lambda self:
                         2 * self.private.x})  # fmt: skip
    one = made()
    one.private.x = 4
    two = copy.deepcopy(one)
    two.private.x = 5
    assert (one(1), two(1)) == (8, 10)
    alive = weakref.ref(one)
    del one
    gc.collect()
    assert alive() is None


# Active properties ----------------------------------------------------------------------------------------------------


def test_active_properties_are_read_and_set():
    made = pk.Layer(
        "Made", call=lambda self, inputs: inputs * self.double, half=1.0,
        double=pk.active_property(lambda self, value=None: 2 * self.half if value is None else setattr(self, "half",
                                                                                                       value / 2)),
        fixed=pk.mark_active(lambda self: 3), old=pk.mark_active(x=lambda self: 4),
    )  # fmt: skip
    layer = made()
    layer.double = 10.0
    assert (layer.half, layer.double, layer.fixed, layer.old) == (5, 10, 3, 4)
    with pytest.raises(AttributeError):
        layer.fixed = 4
    above = pk.Layer("Above", inherit=made, fixed=pk.active_property(lambda self: self.super.fixed + 1))
    assert above().fixed == 4


def test_it_is_a_decorator_as_well():
    class Mine(pk.Layer):
        @pk.active_property
        def number(self):
            """A number."""
            return 7

    assert Mine().number == 7 and Mine.number.__doc__ == "A number."


def test_what_is_no_active_property():
    with pytest.raises(pk.ArgumentError, match="active_property takes a function, it got 3"):
        pk.active_property(3)
    with pytest.raises(pk.ArgumentError, match=r"the function must take self.* it takes \(\)"):
        pk.active_property(lambda: 3)
