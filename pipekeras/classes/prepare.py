"""Makes of a class, as it was written down, one that Keras and R's users both understand.

R's words get Keras's names beside them (`initialize` is the constructor, `finalize` the end, `call` of a constraint
what happens when it is called), methods see `self.super` and `self.private`, callbacks' hooks merge what they return.
"""

import functools
import types

from pipekeras import values
from pipekeras._keras import keras
from pipekeras.classes import configuration
from pipekeras.classes.hooks import merging, refuse_both, refuse_other_arguments
from pipekeras.classes.members import ActiveProperty, Field, positional, private_of, say
from pipekeras.classes.methods import KIND, initializer, method, parent_of
from pipekeras.errors import ArgumentError
from pipekeras.wrap import Wrapper

_CONTAINERS = (list, dict, set)


def prepare(cls, kind):
    """Prepare a class, in place, of the given Kind; see above."""
    own = {name: value for name, value in vars(cls).items() if not _is_pythons(name)}
    _refuse(cls, kind, own)
    setattr(cls, KIND, kind)
    for name, value in own.items():
        if name in ("initialize", "__init__"):
            construct = initializer(value, cls, kind)
            cls.__init__ = cls.initialize = construct
        elif name in ("finalize", "__del__"):
            cls.__del__ = cls.finalize = method(value, cls, name)
        elif name == "from_config" and isinstance(value, types.FunctionType):
            cls.from_config = classmethod(value)
        elif name in kind.exactly:
            setattr(cls, name, merging(method(value, cls, name), name, self=1))
        elif isinstance(value, types.FunctionType):
            setattr(cls, name, method(value, cls, name))
        elif isinstance(value, ActiveProperty):
            setattr(cls, name, ActiveProperty(method(value.function, cls, name)))
        elif type(value) in _CONTAINERS:
            setattr(cls, name, Field(name, value))
    _also(cls, kind, own)
    for name, value in {"super": property(parent_of), "private": property(private_of)}.items():
        if not hasattr(cls, name):
            setattr(cls, name, value)
    if kind.word == "layer" and cls.compute_output_shape is keras.layers.Layer.compute_output_shape:
        cls.compute_output_shape = _output_shape()
    if getattr(cls, "add_weight", None) is keras.layers.Layer.add_weight:
        cls.add_weight = add_weight
    configuration.attach(cls, kind)
    return cls


def add_weight(self, shape=None, *args, **kwargs):
    """Keras's add_weight(); the shape may have whole floats, an initializer lack its parentheses, a constraint be a
    plain function.
    """
    from pipekeras.layers.own import FunctionConstraint

    kwargs = {name: value.uncalled() if isinstance(value, Wrapper) else value for name, value in kwargs.items()}
    constraint = kwargs.get("constraint")
    if callable(constraint) and not isinstance(constraint, (type, keras.constraints.Constraint)):
        kwargs["constraint"] = FunctionConstraint(constraint)
    if not isinstance(shape, str):  # which Keras refuses: the name is not the first any more
        shape = values.shape(shape, "shape", "add_weight")
    return keras.layers.Layer.add_weight(self, shape, *args, **kwargs)


def _also(cls, kind, own):
    """Methods under the other names that Keras knows them by."""
    if "call" in own and "call" in kind.takes and not hasattr(kind.root, "call"):
        cls.__call__ = cls.call
    if "reset_states" in own and "reset_state" not in own and hasattr(kind.root, "reset_state"):  # 2.x
        cls.reset_state = cls.reset_states
    if kind.word == "metric" and "result" in own:
        cls.result = _with_values(cls.result)


def _with_values(result):
    """A metric's result(), which may return a variable as it is, as R's do: on JAX Keras takes its value alone."""

    @functools.wraps(result)
    def with_values(self):
        return keras.tree.map_structure(
            lambda v: keras.ops.convert_to_tensor(v) if isinstance(v, keras.Variable) else v, result(self)
        )

    return with_values


def _output_shape():
    """What Keras lacks in a layer of one's own: the wrappers, such as time_distributed(), ask for a shape.

    It bears the mark of Keras's method, which is one that says nothing: elsewhere Keras finds more than a shape by
    calling the layer.
    """

    @functools.wraps(keras.layers.Layer.compute_output_shape)
    def compute_output_shape(self, input_shape):
        if not self.built and type(self).build is not keras.layers.Layer.build:
            self.build(input_shape)
        inputs = keras.tree.map_shape_structure(lambda s: keras.KerasTensor(s, dtype=self.compute_dtype), input_shape)
        return keras.tree.map_structure(lambda output: output.shape, self.compute_output_spec(inputs))

    del compute_output_shape.__wrapped__  # the mark is what matters; its signature says (*args, **kwargs)
    compute_output_shape.__doc__ = "The shape that comes out, found by calling the layer without numbers."
    return compute_output_shape


def _refuse(cls, kind, own):
    """Raise if something is there twice, or if Keras could not call a method as it will."""
    where = cls.__name__
    for word, name in (("initialize", "__init__"), ("finalize", "__del__")):
        if word in own and name in own:
            raise ArgumentError(f"{where}: {word} and {name} are the same method: give one")
    for name in ("initialize", "finalize", *kind.takes):
        if isinstance(own.get(name), types.FunctionType):
            _refuse_without_self(own[name], name, where, 1 + kind.takes.get(name, 0))
    refuse_both(own, where)
    for name in kind.exactly.keys() & own.keys():
        refuse_other_arguments(own[name], name, where, self=1)


def _refuse_without_self(function, name, where, count):
    if positional(function)[1] < count:
        needs = {1: "self", 2: "self and one argument more"}.get(count, f"self and {count - 1} arguments more")
        raise ArgumentError(f"{where}: {name} must take {needs}, and the function is another: {say(function)}")


def _is_pythons(name):
    return name.startswith("__") and name.endswith("__") and name not in ("__init__", "__del__", "__call__")
