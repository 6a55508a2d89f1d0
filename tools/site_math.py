"""Formulas: LaTeX between dollars becomes MathML, which browsers draw by themselves, offline and without a script."""

import re

_CODE = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~)[ \t]*$|`+[^`\n]+`+)", re.MULTILINE | re.DOTALL)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\\$\w])\$(?![\s$])([^$\n]*(?:\n[^$\n]+)*?)(?<!\s)\$(?![\w$])")


def with_mathml(text):
    """Markdown whose formulas, `$...$` and `$$...$$` outside of code, are MathML.

    In a span, since Markdown takes a line that begins with <math> for a block.
    """
    parts = _CODE.split(text)
    for i in range(0, len(parts), 2):
        part = _DISPLAY.sub(lambda match: f'\n\n<div class="formula">{_mathml(match[1], "block")}</div>\n\n', parts[i])
        parts[i] = _INLINE.sub(lambda match: f"<span>{_mathml(match[1], 'inline')}</span>", part)
    return "".join(parts)


def _mathml(latex, display):
    from latex2mathml.converter import convert

    one_line = " ".join(latex.split()).replace("{aligned}", "{split}")  # by which name the converter knows it
    made = convert(one_line, display=display)
    return made.replace("*", "&#42;").replace("_", "&#95;")


def without_code(text):
    """Markdown without its code, in which dollars mean nothing."""
    return "".join(_CODE.split(text)[::2])
