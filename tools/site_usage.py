"""How a function is called in R and here, side by side."""

import fnmatch
import inspect
import keyword

from pipekeras import inventory

_WIDTH = 64  # of a column on the page, in characters

# What stands for an argument in a call, in R and here; names of arguments stand for themselves.
_EXAMPLES = {
    "units": "32", "filters": "16", "kernel_size": "3", "rate": "0.5", "input_dim": "1000", "output_dim": "64",
    "stddev": "0.1", "n": "3", "padding": "1", "cropping": "1", "num_heads": "4", "key_dim": "16", "groups": "4",
    "factor": "0.2", "learning_rate": "0.01", "initial_learning_rate": "0.01", "decay_steps": "1000",
    "decay_rate": "0.9", "num_classes": "10", "maxlen": "100", "lookback": "12", "timesteps": "12", "seed": "1",
    "head_dim": "16", "num_query_heads": "4", "num_key_value_heads": "2", "num_bins": "32", "num_tokens": "100",
    "size": "2", "height": "28", "width": "28", "k": "5", "recall": "0.5", "precision": "0.5", "sensitivity": "0.5",
    "specificity": "0.5",
}  # fmt: skip
_PAIRS = {  # where R writes them otherwise
    "target_shape": ("c(7, 7, 16)", "(7, 7, 16)"), "dims": ("c(2, 1)", "(2, 1)"), "activation": ('"relu"', '"relu"'),
    "axes": ("1", "1"), "name": ('"Mine"', '"Mine"'), "classname": ('"Mine"', '"Mine"'),
    "directory": ('"images"', '"images"'),
}  # fmt: skip

# Files, whose endings functions insist on: by a function's name, and the last for all others. Weights in HDF5 are not
# .weights.h5, which is Keras 3's form; what TensorFlow wrote is a folder, or begins the names of several files.
_FILE_ARGUMENTS = ("filepath", "filename", "export_dir_base")
_FILES = {
    "*_hdf5": "model.h5", "*_tf": "model", "export_savedmodel": "model", "layer_tfsm": "model",
    "*_model_weights": "model.weights.h5", "*_model_config": "model.json", "*_text_tokenizer": "tokenizer.json",
    "callback_csv_logger": "log.csv", "callback_sequence_checkpoint": "training.ckpt", "*": "model.keras",
}  # fmt: skip

# What is piped in, in R and here: R's first argument is called so; and what it is where it is no model and no tensor.
_PIPED = ("object", "x", "inputs")
_TWO = ("list(x, y)", "[x, y]")
_RECEIVERS = {
    "fit_text_tokenizer": ("tokenizer",) * 2, "save_text_tokenizer": ("tokenizer",) * 2,
    "fit_image_data_generator": ("generator",) * 2, "adapt": ("layer",) * 2, "get_vocabulary": ("layer",) * 2,
    "set_vocabulary": ("layer",) * 2, "layer_attention": _TWO, "layer_additive_attention": _TWO,
    "layer_multi_head_attention": _TWO, "layer_group_query_attention": _TWO, "layer_hashed_crossing": _TWO,
    "py_help": None,  # any object: nobody pipes it
}  # fmt: skip

# What is given as a rule though it need not be, in R's words and ours.
_USUAL = {
    "fit": ("x, y, epochs = 10", "x, y, epochs=10"), "evaluate": ("x, y", "x, y"), "predict": ("x", "x"),
    "compile": ('loss = "mse"', 'loss="mse"'), "keras_model": ("inputs, outputs", "inputs, outputs"),
    "keras_model_sequential": ("input_shape = 784", "input_shape=784"), "layer_input": ("shape = 784", "shape=784"),
    "keras_input": ("shape = 784", "shape=784"), "verb": ("", "my_block"), "r_dataset": ("", '"sunspot.month"'),
    "load_model": ('"model.keras"', '"model.keras"'), "save_model": ('model, "model.keras"', 'model, "model.keras"'),
    "save_model_config": ('model, "model.json"', 'model, "model.json"'),
    "layer_discretization": ("num_bins = 32", "num_bins=32"),
    "layer_category_encoding": ("num_tokens = 100", "num_tokens=100"),
    "layer_random_posterization": ("factor = 4", "factor=4"),  # of bits, not a share
}  # fmt: skip


def usage_of(r_name, value, name):
    """`[(heading, language, code)]`: the call with all arguments, in R's packages and here."""
    found = []
    formals = {package: inventory.exports(package).get(r_name) for package in inventory.PACKAGES}
    both = formals["keras2"] is not None and formals["keras2"] == formals["keras3"]
    for package in reversed(inventory.PACKAGES):
        arguments = formals[package]
        if (
            arguments is None
            or inventory.entries(package)[r_name]["kind"] != "function"
            or (both and package != "keras3")
        ):
            continue
        heading = "R" if both else {"keras3": "R: keras3", "keras2": "R: keras 2.x"}[package]
        written = [a if default is None else f"{a} = {default}" for a, default in arguments]
        found.append((heading, "r", _call(r_name, written)))
    arguments = _python_arguments(value)
    return found if arguments is None else [*found, ("Python", "python", _call(name, arguments))]


def _python_arguments(value):
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    written, before = [], None
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and before not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL):
            written.append("*")
        stars = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        default = "" if p.default is p.empty else f"={_shown(p.default)}"
        written.append(f"{stars}{p.name}{default}")
        before = p.kind
    return written


def _shown(value):
    text = getattr(value, "__name__", None) or repr(value)
    return "..." if " at 0x" in text else text


def _call(name, arguments):
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    return f"{name}(\n" + "".join(f"  {argument},\n" for argument in arguments).rstrip(",\n") + "\n)"


def example_of(r_name, value, name):
    """(R, Python): a likely call, with what must be given; R's is None where R has no such name."""
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return (r_name if inventory.packages_of(r_name) else None), name
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    needed = [
        p.name for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    receiver, needed = _receiver(r_name, value, name, needed)
    r, python = (_arguments(name, needed, language) for language in (0, 1))
    r, python = _USUAL.get(name, (r, python))
    if variadic and not needed and receiver is None:
        r = python = "..."
    r_call, python_call = f"{r_name}({r})", f"{name}({python})"
    if receiver:
        r_call, python_call = f"{receiver[0]} |> {r_call}", f"{receiver[1]} >> {python_call}"
    return (r_call if inventory.packages_of(r_name) else None), python_call


def _receiver(r_name, value, name, needed):
    """What is piped in, if something is, and the arguments without it."""
    module = getattr(value, "__module__", "") or ""
    if needed[:1] == ["data"] and module.startswith("pipekeras.sequences."):
        return ("series", "series"), needed[1:]
    of_layers = module.startswith("pipekeras.layers.")  # whose first argument in R stands in no signature here
    if not (of_layers or needed[:1] == ["object"]) or not _takes_a_pipe(r_name, needed):
        return None, needed
    if module == "pipekeras.layers.merging":
        return _TWO, [a for a in needed if a != "inputs"]
    receiver = _RECEIVERS.get(name, ("x", "x") if of_layers else ("model", "model"))
    return receiver, needed if receiver is None else [a for a in needed if a != "object"]


def _takes_a_pipe(r_name, needed):
    """Whether R's first argument is what a pipe brings; or ours, where R has no such function."""
    firsts = [inventory.exports(package)[r_name][:1] for package in inventory.packages_of(r_name)]
    if not firsts:
        return "object" in needed
    return any(argument in _PIPED for first in firsts for argument, _ in first)


def _arguments(name, needed, language):
    """Arguments in a call, by name where there is an example, as in units=32; from then on all are named."""
    written = []
    for argument in needed:
        given = _PAIRS.get(argument) or ((_EXAMPLES[argument],) * 2 if argument in _EXAMPLES else None)
        if argument in _FILE_ARGUMENTS:
            file = next(file for pattern, file in _FILES.items() if fnmatch.fnmatchcase(name, pattern))
            given = (f'"{file}"',) * 2
        named = given is not None or any("=" in before for before in written)
        spelled = argument.rstrip("_") if language == 0 and keyword.iskeyword(argument.rstrip("_")) else argument
        value = given[language] if given else spelled
        written.append(f"{spelled}{' = ' if language == 0 else '='}{value}" if named else value)
    return ", ".join(written)
