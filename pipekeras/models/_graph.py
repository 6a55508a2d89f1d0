"""What there is to draw of a model: boxes, and the edges between them. No picture yet; see `_layout` and `plot_model`.

How the layers of a model are joined is read from its configuration, the public form in which Keras writes it down.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from pipekeras._keras import keras
from pipekeras.errors import PipekerasError
from pipekeras.models.summary import check_layer_range
from pipekeras.receivers import is_model, is_sequential


@dataclass(frozen=True)
class Box:
    """A layer or operation: its name and class, the rows of text below, and what is inside if that is to be drawn."""

    name: str
    title: str
    family: str = "other"
    rows: tuple = ()
    frozen: bool = False
    inner: "Graph | None" = None


@dataclass(frozen=True)
class Edge:
    """A tensor that output `out` of box `source` puts into place `into` of box `target`."""

    source: str
    target: str
    out: int = 0
    into: int = 0


@dataclass(frozen=True)
class Graph:
    """Boxes by name, edges, and where the tensors of the whole come in and go out: (box name, number), in order.

    An entry is a list, since what comes in there may go to several boxes. With `joined` False it is not known how the
    boxes are joined; their order is all there is.
    """

    boxes: dict
    edges: list
    entries: list = field(default_factory=list)
    exits: list = field(default_factory=list)
    title: str = ""
    name: str = ""
    joined: bool = True


@dataclass(frozen=True)
class Show:
    """What is shown in and of the boxes."""

    shapes: bool = False
    dtype: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False
    nested: bool = False


def graph_of(model, show, layer_range=None):
    """The Graph of a model: functional, Sequential (built or not) or subclassed."""
    config = _config(model)
    if config is not None:
        graph = _joined(model, config, show)
    elif is_sequential(model):
        names = [layer.name for layer in model.layers]
        edges = [Edge(a, b) for a, b in pairwise(names)]
        ends = ([[(names[0], 0)]], [(names[-1], 0)]) if names else ([], [])
        graph = Graph(
            {layer.name: _box(layer, show) for layer in model.layers}, edges, *ends, _title(model), model.name
        )
    else:
        boxes = {layer.name: _box(layer, show) for layer in model.layers}
        graph = Graph(boxes, [], title=_title(model), name=model.name, joined=False)
    return graph if layer_range is None else _cut(graph, layer_range)


def _cut(graph, layer_range):
    names = list(graph.boxes)
    first, last = check_layer_range(layer_range, names, "plot")
    kept = {name: graph.boxes[name] for name in names[first : last + 1]}
    return Graph(kept, [e for e in graph.edges if e.source in kept and e.target in kept], joined=graph.joined)


def _config(model):
    """The configuration that says how the layers are joined; None if the model was not made from symbolic tensors."""
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError):  # a Sequential that has met no shape yet, a subclassed model
        return None
    if not inputs or not outputs or not model.layers:
        return None
    # A model around the same tensors: a Sequential, or a class of the user's own, need not write them down itself.
    try:
        return keras.Model(inputs, outputs, name=model.name).get_config()
    except NotImplementedError as error:
        raise PipekerasError(
            f"plot: a layer of model {model.name!r} cannot say how it was made, which plot needs: give its class a"
            f" get_config(). Keras says: {str(error).strip().splitlines()[0]}"
        ) from error


# Boxes and edges from a configuration ---------------------------------------------------------------------------------


@dataclass
class _Tensor:
    shape: tuple
    dtype: str
    history: tuple  # (name of what made it, which of its calls, which of its outputs)


def _joined(model, config, show):
    layers = {layer.name: layer for layer in model.layers}
    calls = {c["config"].get("name", c.get("name")): _calls(c) for c in config["layers"]}
    made = _made(model, config, calls)
    hidden = set(calls) - set(layers) if is_sequential(model) else set()  # the input that a Sequential does not list
    ins = [name for name, _, _ in _histories(config["input_layers"])]
    boxes, edges, entries = {}, [], [[] if name in hidden else [(name, 0)] for name in ins]
    for entry in config["layers"]:
        name = entry["config"].get("name", entry.get("name"))
        if name in hidden:
            continue
        inputs = calls[name]
        outputs = [
            [t for (by, call, _), t in made.items() if (by, call) == (name, i)] for i in range(max(1, len(inputs)))
        ]
        if name in layers:
            boxes[name] = _box(layers[name], show, inputs, outputs)
        else:
            boxes[name] = Box(name, entry["class_name"], "operation", _rows(show, inputs, outputs))
        for call in calls[name]:
            for into, tensor in enumerate(call):
                source, _, out = tensor.history
                if source in hidden:
                    entries[ins.index(source)].append((name, into))
                else:
                    edges.append(Edge(source, name, out, into))
    exits = [(name, out) for name, _, out in _histories(config["output_layers"])]
    return Graph(boxes, edges, entries, exits, _title(model), model.name)


def _calls(entry):
    """For each call of a layer in this model, the tensors that it was given."""
    return [list(_tensors([node["args"], node["kwargs"]])) for node in entry["inbound_nodes"]]


def _made(model, config, calls):
    """{(name, call, output): tensor}: what is known of the tensors from where they go to."""
    known = [t for of_layer in calls.values() for call in of_layer for t in call]
    ends = zip(_histories(config["output_layers"]), model.outputs, strict=False)
    known += [_Tensor(tuple(t.shape), _dtype(t), history) for history, t in ends]
    made = {}
    for tensor in known:
        made.setdefault(tuple(tensor.history), tensor)
    return dict(sorted(made.items(), key=lambda item: item[0][1:]))


def _tensors(value):
    """The tensors in the arguments of a call as the configuration has them, in order."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        tensor = value["config"]
        yield _Tensor(tuple(tensor["shape"]), tensor["dtype"], tuple(tensor["keras_history"]))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def _histories(value):
    """The (name, call, output) triples in a structure of them, in order."""
    if isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str):
        return [tuple(value)]
    items = value.values() if isinstance(value, dict) else value
    return [history for item in items for history in _histories(item)]


# What a box says ------------------------------------------------------------------------------------------------------


def _box(layer, show, inputs=(), outputs=()):
    inner = graph_of(layer, show) if show.nested and is_model(layer) and layer.layers else None
    frozen = bool(layer.weights) and not layer.trainable
    rows = _rows(show, inputs, _own_outputs(layer) or outputs, layer)
    return Box(layer.name, _title(layer), _family(layer), rows, frozen, inner)


def _own_outputs(layer):
    try:
        return [[_Tensor(tuple(t.shape), _dtype(t), ()) for t in keras.tree.flatten(layer.output)]]
    except (AttributeError, ValueError):  # never called, or called more than once
        return []


def _dtype(tensor):
    return keras.backend.standardize_dtype(tensor.dtype)


def _rows(show, inputs, outputs, layer=None):
    rows = []
    if show.activations and _activation(layer):
        rows.append(("activation", _activation(layer)))
    if show.shapes:
        is_input = layer is not None and _family(layer) == "input"
        rows += [] if is_input else _several("input", inputs, lambda tensor: _text(tensor, show))
        rows += _several("shape" if is_input else "output", outputs, lambda tensor: _text(tensor, show))
    elif show.dtype:
        rows += _several("dtype", [[t] for call in outputs for t in call], lambda tensor: tensor.dtype)
    if show.trainable and layer is not None and (layer.weights or not layer.built):
        rows.append(("trainable", "yes" if layer.trainable else "no"))
    return tuple(rows)


def _text(tensor, show):
    return f"{tensor.shape} {tensor.dtype}" if show.dtype else str(tensor.shape)


def _several(label, calls, text, most=4):
    """Rows for the tensors of all calls of a layer; calls that look the same are shown once."""
    different = dict.fromkeys(tuple(map(text, call)) for call in calls)
    texts = [one for call in different for one in call]
    if len(texts) > most:
        texts = [*texts[: most - 1], f"and {len(texts) - most + 1} more"]
    return list(zip([label] + [""] * (len(texts) - 1), texts, strict=False))


def _title(layer):
    """The class, with the class inside it for layers around layers: Bidirectional(LSTM)."""
    inside = getattr(layer, "layer", None) or getattr(layer, "forward_layer", None)
    kind = type(layer).__name__
    return f"{kind}({type(inside).__name__})" if inside is not None and not is_model(layer) else kind


def _activation(layer):
    activation = getattr(layer, "activation", None)
    if activation is None:
        return None
    return getattr(activation, "__name__", None) or getattr(activation, "name", None) or type(activation).__name__


_FAMILIES = {
    "convolutional": "convolutional", "pooling": "pooling", "rnn": "recurrent", "merging": "merging",
    "attention": "attention", "normalization": "normalization", "regularization": "normalization",
    "reshaping": "reshaping", "activations": "activation", "preprocessing": "preprocessing",
}  # fmt: skip


def _family(layer):
    """The kind of layer, for its colour."""
    if isinstance(layer, keras.layers.InputLayer):
        return "input"
    if is_model(layer):
        return "model"
    module = type(layer).__module__.split(".")  # keras.<...>.layers.rnn.lstm
    place = module.index("layers") + 1 if module[0] == "keras" and "layers" in module else len(module)
    return _FAMILIES.get(module[place], "core") if place < len(module) else "other"
