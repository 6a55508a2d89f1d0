"""Settings of a script that the command line can change: tfruns' flags().

FLAGS = flags(
    flag_integer("units", 32, "width of the hidden layer"),
    flag_numeric("dropout", 0.4),
)
model >> layer_dense(FLAGS.units) >> layer_dropout(FLAGS.dropout)

python train.py --units 64 --dropout=0.2
"""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

from pipekeras import values
from pipekeras.errors import ArgumentError, InvalidValueError, UnavailableError, suggestion
from pipekeras.pipe import Checked

_TRUE, _FALSE = ("true", "t", "yes", "y", "on", "1"), ("false", "f", "no", "n", "off", "0")


@dataclasses.dataclass(frozen=True)
class Flag:
    """One setting: its name, its kind, the value it has where nobody says another, and what it is."""

    name: str
    kind: str
    default: Any
    description: str | None = None

    def value_of(self, value, source):
        """`value`, which may be text, as this flag's kind; else an error that names where it comes from."""
        if value is None:
            return None
        try:
            return _KINDS[self.kind](value)
        except (ValueError, InvalidValueError):
            raise InvalidValueError(
                f"flags: {self.name} must be {_WORDS[self.kind]}, {source} says {value!r}"
            ) from None


class Flags(dict):
    """The settings: `FLAGS.units` and `FLAGS["units"]` are the same."""

    def __getattr__(self, name):
        if name in self:
            return self[name]
        has = f"; there are {', '.join(self)}" if self else "; there are none"
        raise AttributeError(f"there is no flag {name}{suggestion(name, self, otherwise=has)}")

    def __dir__(self):
        return [*super().__dir__(), *self]


def _whole(value):
    if isinstance(value, str):
        value = float(value)
    return values.whole(value, "", "flags")


def _number(value):
    return float(value) if isinstance(value, str) else values.number(value, "", "flags")


def _truth(value):
    if values.is_bool(value):
        return bool(value)
    word = str(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(value)


def _text(value):
    if not isinstance(value, (str, int, float)):
        raise ValueError(value)
    return str(value)


_KINDS = {"integer": _whole, "numeric": _number, "boolean": _truth, "string": _text}
_WORDS = {
    "integer": "a whole number",
    "numeric": "a number",
    "boolean": "true or false",
    "string": "text",
}


def _flag(kind, name, default, description):
    if not isinstance(name, str) or not name:
        raise InvalidValueError(f"flag_{kind}: name must be text, it got {name!r}")
    flag = Flag(name, kind, default, description)
    return dataclasses.replace(flag, default=flag.value_of(default, "the default"))


def _flag_function(kind):
    """flag_numeric() and its like: they differ in their kind alone."""

    def flag(name, default, description=None):
        return _flag(kind, name, default, description)

    flag.__doc__ = f"""A setting that is {_WORDS[kind]}; see flags().

    Args:
        name: its name, and its option on the command line.
        default: its value where nobody says another; None for none.
        description: what it is.

    Returns:
        The flag, for flags().

    Raises:
        InvalidValueError: if `default` is not {_WORDS[kind]}.

    Source: R `tfruns::flag_{kind}`, re-exported by both packages.
    """
    return Checked(flag, f"flag_{kind}")


flag_boolean = _flag_function("boolean")
flag_integer = _flag_function("integer")
flag_numeric = _flag_function("numeric")
flag_string = _flag_function("string")


@Checked
def flags(*settings, config=None, file="flags.yml", arguments=None):
    """The settings of a script: defaults, over which a file and then the command line may say other values.

    Args:
        *settings: flags, from flag_numeric(), flag_integer(), flag_boolean() and flag_string(), alone or in lists.
        config: which part of the file counts, besides "default"; the environment variable R_CONFIG_ACTIVE by default.
        file: a YAML file of settings, used if it exists: a section for each configuration, or the settings themselves.
        arguments: the words of the command line; by default those that the script was called with. `--units 64` and
            `--units=64` set units; what is no flag is left alone, as other programs' options are.

    Returns:
        The values by name: `FLAGS.units`, `FLAGS["units"]`.

    Raises:
        InvalidValueError: if a value is not of its flag's kind.
        ArgumentError: if something else than flags is given, or two of one name.
        UnavailableError: if there is such a file, and PyYAML, which reads it, is not installed.

    Source: R `tfruns::flags`, re-exported by both packages.
    """
    known = {}
    for flag in _flat(settings):
        if not isinstance(flag, Flag):
            raise ArgumentError(f'flags takes flags, such as flag_numeric("rate", 0.1), it got {flag!r}')
        if flag.name in known:
            raise ArgumentError(f"flags: {flag.name} is there twice")
        known[flag.name] = flag
    result = Flags({name: flag.default for name, flag in known.items()})
    for name, value in _from_file(file, config, known).items():
        result[name] = known[name].value_of(value, str(file))
    words = sys.argv[1:] if arguments is None else list(arguments)
    for name, value in _from_command_line(words, known).items():
        result[name] = known[name].value_of(value, "the command line")
    return result


def _flat(settings):
    for one in settings:
        if isinstance(one, (list, tuple)):
            yield from _flat(one)
        else:
            yield one


def _from_file(file, config, known):
    path = Path(file) if file is not None else None
    if path is None or not path.is_file():
        return {}
    try:
        import yaml
    except ImportError:
        raise UnavailableError(
            f"flags: {path} is there, but PyYAML, which reads it, is not installed: pip install pyyaml,"
            " or flags(..., file=None)"
        ) from None
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise InvalidValueError(f"flags: {path} is not YAML: {error}") from None
    if not isinstance(found, dict):
        raise InvalidValueError(f"flags: {path} must hold settings by name, it holds {found!r}")
    sections = {name: part for name, part in found.items() if isinstance(part, dict)}
    config = config or os.environ.get("R_CONFIG_ACTIVE", "default")
    chosen = {**sections.get("default", {}), **sections.get(config, {})} if sections else found
    return {name: value for name, value in chosen.items() if name in known}


def _from_command_line(words, known):
    found, waiting = {}, None
    for word in words:
        if word.startswith("--"):
            name, is_there, value = word[2:].partition("=")
            name = name if name in known else name.replace("-", "_")
            waiting = None
            if name in known:
                if is_there:
                    found[name] = value
                elif known[name].kind == "boolean":
                    found[name], waiting = "true", name
                else:
                    found[name], waiting = "", name
        elif waiting is not None:
            if not (known[waiting].kind == "boolean" and word.startswith("-")):  # that is an option of another program
                found[waiting] = word
            waiting = None
    return found


@Checked
def run_dir():
    """Where a script keeps what it makes: the current folder, as in R when no training run is recorded.

    Returns:
        The path, as text.

    Source: R `tfruns::run_dir`, re-exported by both packages.
    """
    return os.getcwd()


__all__ = ["flag_boolean", "flag_integer", "flag_numeric", "flag_string", "flags", "run_dir"]
