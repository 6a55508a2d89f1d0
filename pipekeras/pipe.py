"""The `>>` operator, and nothing else: what a verb is, what a receiver is, how chains compose.

    x >> layer_dense(10)          a receiver meets a step
    layer_gru(10) >> layer_dense(1)   a step meets a step: a chain, to be piped into later
    pipe(x, f, g)                 the same by name; here f and g may be any callables

A *receiver* is what flows: a model, a tensor, or a list, tuple or dict of tensors; through `>>` also arrays and data
frames. A *step* is what it flows into: a Keras layer or model, a chain, or a call of a verb that waits for its
receiver, such as `fit(x, y)`. Layers learn the operator from `teach`, which runs when Keras is imported.
"""

import functools

from pipekeras._keras import keras, when_opened
from pipekeras.compose import compose
from pipekeras.errors import ArgumentError, PipeError, suggestion
from pipekeras.receivers import is_layer, is_model, is_receiver, is_tensors, say

# Steps ----------------------------------------------------------------------------------------------------------------


class Step:
    """What all our own operands of `>>` share. A subclass says in `receive(left)` what comes of what is piped in."""

    __array_ufunc__ = None  # NumPy arrays on the left step back and let __rrshift__ answer

    def __rshift__(self, right):
        return send(self, right)

    def __rrshift__(self, left):
        return send(left, self)


class Call(Step):
    """A call of a verb that waits for its receiver: `fit(x, y)` before `model >>` is put in front."""

    def __init__(self, verb, args, kwargs):
        self.verb, self.args, self.kwargs = verb, args, kwargs

    def receive(self, left):
        self.verb.refuse(left)
        return self.verb.function(left, *self.args, **self.kwargs)

    def __call__(self, receiver):
        """Apply the call: `residual(filters=32)(x)` is `x >> residual(filters=32)`."""
        return send(receiver, self)

    def __getattr__(self, name):
        if name.startswith("__") or "verb" not in vars(self):  # somebody inspects or copies it
            raise AttributeError(name)
        raise AttributeError(f"{self!r} has no {name} yet")

    def __repr__(self):
        name = self.verb.__name__
        return f"<{name}(...) waits for what it applies to: pipe it in with `>> {name}(...)`>"


class Chain(Step):
    """Steps joined by `>>` before anything flows: `encoder = layer_gru(10, return_sequences=True) >> layer_gru(10)`.

    Pipe into it, call it, nest it in bidirectional() or time_distributed(). Its layers are the same objects each time,
    so two uses share their weights, as two uses of one layer do.
    """

    def __init__(self, *steps):
        if not steps:
            raise PipeError(
                "an empty chain has nothing to pipe into: join steps, as in layer_gru(10) >> layer_dense(1)"
            )
        self.steps = tuple(
            inner for step in steps for inner in (step.steps if isinstance(step, Chain) else (as_step(step),))
        )

    @property
    def layers(self):
        """The chain's layers, if it is made of layers alone; else an error that names the other step."""
        for step in self.steps:
            if not is_layer(step):
                raise PipeError(f"a chain with {say(step)} in it is not a stack of layers: apply it with >> instead")
        return list(self.steps)

    def receive(self, left):
        return functools.reduce(send, self.steps, left)

    def __call__(self, receiver):
        """Apply the chain: `encoder(x)` is `x >> encoder`."""
        return send(receiver, self)

    def __len__(self):
        return len(self.steps)

    def __iter__(self):
        return iter(self.steps)

    def __repr__(self):
        return " >> ".join(f"<{s.name}>" if is_layer(s) else repr(s) for s in self.steps)


class Function(Step):
    """Base of the functions that `>>` knows: it turns a forgotten pair of parentheses into one clear error."""

    __name__ = "function"

    def receive(self, left):
        raise PipeError(f"{self.__name__} stands after >> without parentheses: write >> {self.__name__}(...)")

    def __rshift__(self, right):
        raise PipeError(f"{self.__name__} stands before >> without parentheses: write {self.__name__}(...) >> ...")

    def __get__(self, instance, owner=None):
        # Makes help() and IPython treat these objects as the functions that they are for the user.
        return self if instance is None else functools.partial(self, instance)


class Checked(Function):
    """A function written in Python, whose arguments are checked before it runs, with "did you mean"."""

    also: tuple = ()  # arguments that it takes as **others

    def __init__(self, function, name=None):
        functools.update_wrapper(self, function)
        self.function = function
        if name is not None:
            self.__name__ = self.__qualname__ = name

    def __call__(self, *args, **kwargs):
        self._check(args, kwargs)
        return self.function(*args, **kwargs)

    @functools.cached_property
    def _signature(self):
        import inspect

        try:
            return inspect.signature(self.function)
        except (TypeError, ValueError):  # some callables written in C tell nothing of their arguments
            return None

    @functools.cached_property
    def _names(self):
        return list(self._signature.parameters) if self._signature else []

    def _check(self, args, kwargs):
        """Find a wrong argument now, at the user's line, not when the receiver arrives."""
        signature = self._signature
        if signature is None:
            return
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            parameters = signature.parameters.values()
            if not any(p.kind is p.VAR_KEYWORD for p in parameters):
                for name in kwargs:
                    if name not in signature.parameters:
                        near = suggestion(name, self._names)
                        raise ArgumentError(f"{self.__name__} has no argument {name}{near}") from None
            keyword_only = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
            hint = ""
            if "too many positional" in str(error) and keyword_only:
                hint = f"; these go by name: {', '.join(keyword_only)}"
            raise ArgumentError(f"{self.__name__}: {error}{hint}") from None

    def __repr__(self):
        return f"<function {self.__name__}>"


class Verb(Checked):
    """A function whose first argument can be piped in; see `verb`."""

    def __init__(self, function, receiver, wants=None):
        super().__init__(function)
        self.is_receiver, self.wants = receiver, wants

    def refuse(self, left):
        """Raise if `left` is not what this verb applies to, where it says what that is."""
        if self.wants is not None and not self.is_receiver(left):
            hint = ": begin with keras_model_sequential(...) >>" if _is_stack(left) else ""
            raise PipeError(f"{self.__name__} applies to {self.wants}, it got {say(left)}{hint}")

    def __call__(self, *args, **kwargs):
        """Run at once if what it applies to is there, else wait for it to be piped in."""
        names = self._names
        if self.wants is not None and args and (_is_step(args[0]) or is_layer(args[0])):
            self.refuse(args[0])  # a layer is no argument of such a verb, so it was meant as what it applies to
        if (args and self.is_receiver(args[0])) or (names and names[0] in kwargs):
            self._check(args, kwargs)
            self.refuse(args[0] if args else kwargs[names[0]])
            return self.function(*args, **kwargs)
        try:
            self._check((None, *args), kwargs)
        except ArgumentError:
            positional = [p for p in self._signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]
            if args and len(args) >= len(positional):
                self.refuse(args[0])  # nothing is left to be piped in: what stands first is what it was meant for
            raise
        return Call(self, args, kwargs)

    def __repr__(self):
        return f"<verb {self.__name__}>"


def verb(function=None, *, receiver=is_receiver, wants=None):
    """Make a function of one's own pipeable: what is piped in becomes its first argument.

    Args:
        function: any callable that takes what flows as its first argument, such as `def residual(x, filters): ...`.
        receiver: which first positional arguments count as given rather than still to be piped in; by default models,
            tensors, and lists, tuples or dicts of tensors.
        wants: what it applies to, in words ("a model"); with it, whatever `receiver` refuses is an error.

    Returns:
        A function that runs at once when its first argument is a receiver, `residual(x, 32)`, and that otherwise waits
        for one, `x >> residual(32)`. Also usable on what exists: `x >> verb(keras.ops.relu)()`.

    Raises:
        PipeError: if `function` is not callable.

    Source: the pipes of R, `x |> f(y)` meaning `f(x, y)`.
    """
    if function is None:
        return functools.partial(verb, receiver=receiver, wants=wants)
    if isinstance(function, Verb):
        return function
    if not callable(function):
        raise PipeError(f"verb() makes a function pipeable; it got {function!r}, which cannot be called")
    return Verb(function, receiver, wants)


def pipe(x, *steps):
    """Pipe `x` through `steps`, first to last: `pipe(x, f, g)` is `x >> f >> g`.

    Args:
        x: what flows: a model, tensor, list, tuple or dict of tensors, array or data frame. If it is a step itself,
            such as a layer, the result is a chain.
        *steps: layers, models, chains, calls of verbs, and, other than after `>>`, any callables of one argument.

    Returns:
        What the last step returns.

    Raises:
        PipeError: if there are no steps, or if one of them is not a step and not callable.

    Source: R's `x |> f() |> g()`.
    """
    if not steps:
        raise PipeError("pipe(x) has nothing to pipe into: give it steps, as in pipe(x, layer_dense(10))")
    return functools.reduce(lambda left, step: send(left, as_step(step, plain=True)), steps, x)


# Sending --------------------------------------------------------------------------------------------------------------


def as_step(value, plain=False):
    """`value` as a step of a chain, or an error; with `plain`, any callable will do, as in pipe(x, f)."""
    if isinstance(value, Function):
        return value() if plain else value.receive(None)
    if isinstance(value, Step) or is_layer(value):
        return value
    if plain and callable(value) and not isinstance(value, type):
        return verb(value)()
    raise PipeError(f"{say(value)} cannot be piped into{_remedy(value)}")


def send(left, right):
    """What `left >> right` means."""
    right = as_step(right)
    if isinstance(left, Function):
        return left >> right  # raises: the parentheses are missing
    if isinstance(left, Step) or (is_layer(left) and not is_model(left)):
        return _chain_or_apply(left, right)
    if isinstance(right, Step):
        return right.receive(left)
    return compose(left, right)


def _chain_or_apply(left, right):
    # Verbs on layers, `layer >> get_weights()`, say so in `is_receiver`; all else that meets a step becomes a chain.
    if isinstance(right, Call) and is_layer(left) and right.verb.is_receiver(left):
        return right.receive(left)
    if isinstance(right, Call) and _is_stack(left):
        right.verb.refuse(left)  # layers without a model before them: nothing would ever train
    return Chain(left, right)


def _is_step(value):
    """Whether `value` is a step, and no bare function that may be an argument: `compile(optimizer_adam, "mse")`."""
    return isinstance(value, Step) and not hasattr(value, "uncalled")


def _is_stack(value):
    """Whether `value` is a layer or a chain of layers, without a model to begin with."""
    return (is_layer(value) and not is_model(value)) or (isinstance(value, Chain) and is_layer(value.steps[-1]))


def _remedy(value):
    if is_tensors(value):
        return (
            ": it is a result already. If it comes from a call with two receivers, as in x >> layer_dense(y, 10),"
            " drop one of them: x >> layer_dense(10). To merge, x >> layer_add(y) or [x, y, z] >> layer_add()"
        )
    if isinstance(value, type):
        return f": make one first, as in >> {value.__name__}(...)"
    if callable(value):
        name = getattr(value, "__name__", "f")
        return f" with >>: write pipe(x, {name}), or make it a verb with {name} = verb({name}) and pipe into {name}()"
    return ": what stands after >> is a layer, a model, a chain, or a call such as fit(x, y)"


# Teaching Keras -------------------------------------------------------------------------------------------------------


def _rshift(self, other):
    return send(self, other)


def _rrshift(self, other):
    return send(other, self)


def teach():
    """Give Keras's Layer class the operator (and KerasTensor an error for `tensor >> tensor`), once."""
    layer = keras.layers.Layer
    layer.__rshift__, layer.__rrshift__, layer.__array_ufunc__ = _rshift, _rrshift, None
    if not hasattr(keras.KerasTensor, "__rshift__"):  # if Keras ever gives it a meaning of its own, that one stays
        keras.KerasTensor.__rshift__ = _rshift


when_opened(teach)
