"""The help of a wrapper, `help(layer_lstm)`: R's call and R's argument names, with what Keras says of each.

Nothing of Keras's text is kept here: it is read from the class when somebody asks. Ours are the frame, the arguments
that every layer has beyond its class's, and the few that Keras does not describe.
"""

import inspect
import re
import textwrap

from pipekeras.inventory import r_package
from pipekeras.wrap import parameters_of

# What Keras leaves to the class's base, and what it forgets.
_TEXTS = {
    "name": "the layer's name, unique in its model; made from the class's name where it is left out.",
    "dtype": 'what it computes in, such as "float32", or a dtype policy such as "mixed_float16".',
    "trainable": "False freezes the weights. None, as in 2.x, is as if it were left out.",
    "activity_regularizer": "a penalty on the layer's output.",
    "autocast": "whether floating inputs are cast to the layer's dtype.",
    "input_shape": (
        "for a model's first layer: the shape of one sample, without the batch, as in (28, 28, 1), (None, 8) or 784;"
        " None is a dimension that is not fixed."
    ),
    "batch_input_shape": "for a model's first layer: the shape with the batch in front: (32, 28, 28, 1), (None, 784).",
    "batch_shape": "the same as batch_input_shape, by its name in Keras 3.",
    "batch_size": "for a model's first layer: the fixed number of samples in a batch, together with input_shape.",
    "input_dim": "for a model's first layer: the number of features of a sample.",
    "input_length": "for a model's first layer: the number of time steps, alone or together with input_dim.",
    "weights": "a list of arrays that the layer's weights start from, in the order and shapes of get_weights().",
    "inputs": "the tensors to join, in one list or one after the other; without any, the layer itself comes back.",
    "object": "what to apply it to, by name: a Sequential model, a tensor, a list of tensors; as in first place.",
    # Not described in the classes that have them:
    "antialias": "whether to smooth before making an image smaller.",
    "call_fn": "the function that computes the model: (params, [state,] [rng,] inputs[, training]).",
    "init_fn": "the function that makes params and state for inputs: (rng, inputs[, training]).",
    "call_training_endpoint": "the endpoint of the saved model that is called in training; call_endpoint by default.",
    "data_format": (
        '"channels_last" or "channels_first": where the channels stand in a shape; by default what the Keras'
        " configuration says."
    ),
    "dilation_rate": "the distance between the cells of the kernel: a whole number, or one for each dimension.",
    "features": "a dict of the features by name, each a type such as \"float_normalized\" or a FeatureSpace feature.",
    "fill_value": "the value that fills what is missing.",
    "gptq_unpacked_column_size": "for weights quantized with GPTQ: the number of columns before packing.",
    "input_axes": "the axes of the weight that count as its inputs, where they are not those before the last.",
    "output_axes": "the axes of the weight that count as its outputs, where they are not the last alone.",
    "layers": "a list of layers, applied one after the other.",
    "lora_alpha": "scales the low-rank update, by lora_alpha / lora_rank.",
    "mask_value": "a time step where every feature has this value is skipped.",
    "quantization_config": "how the layer is quantized, if it is.",
    "value_range": "(low, high): what the pixels lie between, as in (0, 255) or (0, 1).",
    "seed": "a whole number, for the same random numbers each time.",
}  # fmt: skip

_SECTIONS = {
    "args": "args", "arguments": "args", "input shape": "input", "input shapes": "input", "output shape": "output",
    "output shapes": "output", "call arguments": "call", "call args": "call", "raises": "raises",
    "reference": "references", "references": "references", "example": "", "examples": "", "usage": "", "returns": "",
    "output": "", "attributes": "", "note": "about",
}  # fmt: skip
_HEADING = re.compile(r"^( {0,4})\**([A-Z][A-Za-z]+(?: [a-z]+)?):\**\s*(.*)$")
_ITEM = re.compile(r"^`?(\*{0,2}\w+(?:, ?\w+)*)`?\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_ANNOUNCES = re.compile(r"^(\*\*.*:\*\*|(For|As an) (example|instance)\b.*:|e\.g\.:?)$")
_MAKES = "    {name}({call})\n        makes the object, a {keras}."


def help_for(wrapper):
    """The docstring of a wrapper.

    Args:
        wrapper: a `wrap.Wrapper`: `layer_lstm`, `initializer_he_normal`, ...

    Returns:
        The text: what it is, how to call it, its arguments in R's order and under R's names, shapes, errors, source.
    """
    said = _sections(inspect.getdoc(wrapper.keras_class) or "")
    summary = said["summary"] or wrapper.note  # some functions of Keras's have no words at all
    parts = [summary, _use(wrapper)]
    if said["about"]:
        parts.append("\n".join(said["about"]))
    if wrapper.note and wrapper.note != summary:
        parts.append(wrapper.note)
    parts.append(_section("Args", _arguments(wrapper, _items(said["args"]))))
    if wrapper.old:
        parts.append(
            _section("Names of 2.x, still understood", [f"{old}: now {new}." for old, new in wrapper.old.items()])
        )
    if wrapper.neutral:
        parts.append(_section("Gone in Keras 3, may still be given", _gone(wrapper)))
    for title, key in (("Call arguments", "call"), ("Input shape", "input"), ("Output shape", "output")):
        if said[key]:
            parts.append(_section(title, said[key]))
    parts.append(_section("Raises", _raises(wrapper, said["raises"])))
    if said["references"]:
        parts.append(_section("References", said["references"]))
    parts.append(
        _section("Source", [f"R `{r_package(wrapper.__name__)}::{wrapper.__name__}`; Python `{_keras_path(wrapper)}`."])
    )
    return "\n\n".join(parts) + "\n"


# What pipekeras says --------------------------------------------------------------------------------------------------


def _use(wrapper):
    """How to call it, in the words of its family."""
    needed = [p.name for p in wrapper.__signature__.parameters.values() if p.default is p.empty]
    template = getattr(wrapper, "use", _MAKES)
    return template.format(name=wrapper.__name__, call=", ".join([*needed, "..."]), keras=_keras_path(wrapper))


def _arguments(wrapper, texts):
    """An entry for each argument of the signature, in its order."""
    lines = []
    for p in wrapper.__signature__.parameters.values():
        keras_name = wrapper.renamed.get(p.name, p.name)
        said = (
            texts.get(keras_name) if p.name not in ("weights", "input_length") or keras_name in _own(wrapper) else None
        )
        if not said:
            text = wrapper.texts.get(p.name) or _TEXTS.get(p.name, "")
            said = textwrap.wrap(text, 100, break_on_hyphens=False) or [""]
        first, *rest = said
        default = f" [{p.default!r}]" if p.default is not p.empty and p.default is not None else ""
        lines += [f"{p.name}{default}: {first}".rstrip(), *(f"    {line}".rstrip() for line in rest)]
    return lines


def _own(wrapper):
    return {p.name for p in parameters_of(wrapper.keras_class)}


def _gone(wrapper):
    lines = []
    for name, values in wrapper.neutral.items():
        allowed = values if isinstance(values, tuple) else (values,)
        lines.append(f"{name}: only as {' or '.join(map(repr, allowed))}; it has no effect.")
    return lines


def _raises(wrapper, said):
    lines = [
        "ArgumentError: an argument is unknown, missing or given twice.",
        "InvalidValueError: a value cannot be meant, such as 32.5 where a whole number belongs.",
    ]
    if "object" in wrapper.__signature__.parameters:
        lines.append("ShapeError: what it is applied to has a shape that the layer cannot take.")
    return lines + said


def _keras_path(wrapper):
    if ":" in wrapper.keras_name:
        return wrapper.keras_name.replace(":", ".")
    return ".".join(filter(None, ["keras", wrapper.module, wrapper.keras_name]))


def _section(title, lines):
    return "\n".join([f"{title}:", *(f"    {line}".rstrip() for line in lines)])


# What Keras says ------------------------------------------------------------------------------------------------------


def _sections(doc):
    """A docstring of Keras's in parts: its first sentence, what follows without the examples, and its sections."""
    found = {key: [] for key in ("about", "args", "input", "output", "call", "raises", "references")}
    head, _, rest = doc.partition("\n\n")
    current, depth = "about", -1
    for line in _without_code(rest.splitlines()):
        heading = _HEADING.match(line)
        if heading and heading[2].lower() in _SECTIONS:
            current, depth = _SECTIONS[heading[2].lower()], len(heading[1])
            if heading[3] and current:
                text = f"Note: {heading[3]}" if current == "about" else f"    {heading[3]}"
                found[current].append(" " * depth + text)
            continue
        indent = len(line) - len(line.lstrip())
        if (
            current not in ("about", "")
            and line.strip()
            and indent <= depth
            and not re.match(r"\s*(- |\d\. |\))", line)
        ):
            current = "about"  # plain text again, after a section
        if current:
            found[current].append(line)
    return {"summary": " ".join(head.split()) or "", **{key: _tidy(lines) for key, lines in found.items()}}


def _without_code(lines):
    """The lines that are not code: no fenced blocks, no `>>>` with what it printed, nothing that announces them."""
    kept, fenced, printed = [], False, False
    for line in lines:
        text = line.strip()
        if text.startswith("```"):
            fenced = not fenced
        elif text.startswith(">>>"):
            printed = True
        elif fenced or (printed and text):
            continue
        else:
            printed = False
            kept.append(line)
            continue
        last = next((i for i in reversed(range(len(kept))) if kept[i].strip()), None)
        if last is not None and _ANNOUNCES.match(kept[last].strip()):
            del kept[last:]
    return kept


def _tidy(lines):
    """The lines dedented, without blank ones at the ends or two in a row."""
    text = textwrap.dedent("\n".join(line.rstrip() for line in lines)).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text).splitlines()


def _items(lines):
    """`{argument: [lines of its text]}` of an Args section."""
    found, current = {}, None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        item = _ITEM.match(line.strip()) if indent <= 1 else None
        if item:
            current = [item[2]] if item[2] else []
            found.update(dict.fromkeys(item[1].split(", "), current))
        elif current is not None and line.strip():
            if not current:
                indent = 4  # the text begins on the line after the name
            current.append(line.strip() if indent <= 4 else line[4:].rstrip())
    return found
