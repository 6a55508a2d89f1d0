"""Ways in which models are wrong, to see that what a walkthrough asserts is not true whatever happens.

    python tests/vignettes/sabotage.py sentiment        which asserts failed under which sabotage, in a fresh process

Each assert of a result must fail under one of them at least.
"""

import ast
import contextlib
import json
import os
import sys


def untrained():
    """Training changes nothing: after an epoch, the weights are what they were."""
    import keras

    original = keras.Model.fit

    def fit(self, *args, **kwargs):
        before = self.get_weights()
        try:
            return original(self, *args, **{**kwargs, "epochs": kwargs.get("initial_epoch", 0) + 1})
        finally:
            self.set_weights(before)

    return _patched(keras.Model, "fit", fit)


def _outermost(change):
    """What a layer or model that no other calls gives is changed by `change(tensor, layer)`."""
    import keras

    original, depth = keras.layers.Layer.__call__, [0]

    def call(self, *args, **kwargs):
        depth[0] += 1
        try:
            outputs = original(self, *args, **kwargs)
        finally:
            depth[0] -= 1
        if depth[0]:
            return outputs
        return keras.tree.map_structure(
            lambda x: x if not _numbers(x) or isinstance(x, keras.KerasTensor) else change(x, self), outputs
        )

    return _patched(keras.layers.Layer, "__call__", call)


def _numbers(x):
    import keras

    return hasattr(x, "dtype") and "float" in keras.backend.standardize_dtype(x.dtype)


def silent():
    """Models and layers give nothing but zeros."""
    return _outermost(lambda x, layer: x * 0)


def shifted():
    """Each layer is off by an amount and a factor of its own."""
    numbers = {}

    def change(x, layer):
        number = numbers.setdefault(id(layer), len(numbers) + 1)
        return x * (1 + 0.37 * number) + 0.11 * number

    return _outermost(change)


def cropped():
    """What layers give lacks its last row, or step, where there are several."""

    def change(x, layer):
        return x[:, :-1] if len(x.shape) > 2 and x.shape[1] is not None and x.shape[1] > 1 else x

    return _outermost(change)


def miscounted():
    """Layers say that they have a weight more than they have."""
    import keras

    count = keras.layers.Layer.count_params
    return _patched(keras.layers.Layer, "count_params", lambda self: count(self) + 1)


def misshapen():
    """What layers say of symbolic tensors is one longer in each direction than it is."""
    import keras

    original = keras.layers.Layer.symbolic_call

    def symbolic_call(self, *args, **kwargs):
        def longer(x):
            shape = [side and side + 1 for side in x.shape]
            return keras.KerasTensor([x.shape[0], *shape[1:]], dtype=x.dtype, name=x.name)

        return keras.tree.map_structure(longer, original(self, *args, **kwargs))

    return _patched(keras.layers.Layer, "symbolic_call", symbolic_call)


SABOTAGES = {f.__name__: f for f in (untrained, silent, shifted, cropped, miscounted, misshapen)}


@contextlib.contextmanager
def _patched(owner, name, value):
    original = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


def failures(walkthrough, sabotage):
    """`{(model, assert)}`: what does not hold when the walkthrough runs under a sabotage.

    A cell that fails in another way is left behind, and so are the asserts that then cannot be computed.
    """
    found = set()
    names = {"__name__": "__main__"}
    with SABOTAGES[sabotage]():
        for cell in walkthrough.code:
            body = ast.parse(cell.source).body
            tests = [node for node in body if isinstance(node, ast.Assert)] if cell.model else []
            rest = ast.Module([node for node in body if node not in tests], [])
            with contextlib.suppress(Exception):
                exec(compile(rest, walkthrough.name, "exec"), names)
            for test in tests:
                try:
                    exec(compile(ast.Module([test], []), walkthrough.name, "exec"), names)
                except AssertionError:
                    found.add((cell.model, " ".join(ast.unparse(test.test).split())))
                except Exception:
                    pass
    return found


def never_false(walkthrough):
    """The asserts that hold under every sabotage, as `[[model, assert], ...]`; stops as soon as none is left."""
    left = {
        (cell.model, " ".join(ast.unparse(node.test).split()))
        for cell in walkthrough.results
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Assert)
    }
    for sabotage in SABOTAGES:
        if left:
            left -= failures(walkthrough, sabotage)
    return sorted(map(list, left))


if __name__ == "__main__":
    import warnings
    from pathlib import Path

    sys.path[:0] = [str(Path(__file__).parents[2] / "tools"), str(Path(__file__).parents[2])]
    os.environ |= {"PIPEKERAS_QUICK": "1", "MPLBACKEND": "Agg"}
    warnings.simplefilter("ignore")
    import walkthroughs

    said = sys.stdout
    with open(os.devnull, "w") as sys.stdout:
        result = never_false(walkthroughs.named(sys.argv[1]))
    said.write(json.dumps(result) + "\n")
