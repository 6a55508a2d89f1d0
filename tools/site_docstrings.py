"""A docstring as a page shows it: its sections as headings, its arguments as a list of definitions."""

import re

_HEADING = re.compile(r"^([A-Z][\w .,'-]{1,60}):$")
_INLINE = re.compile(r"^(Source|Returns|Raises|Note|Yields): +(.+)$")
_ITEM = re.compile(r"^(\*{0,2}\w[\w.]*(?:, ?\*{0,2}\w[\w.]*)*)(?: \[(.*?)\])?:(?: (.*))?$")
_LISTED = {"Args", "Raises", "Names of 2.x, still understood", "Gone in Keras 3, may still be given", "Call arguments"}


def summary(doc):
    """The first paragraph, on one line."""
    return " ".join(doc.strip().split("\n\n")[0].split())


def markdown(doc):
    """All but the first paragraph, as Markdown."""
    parts = []
    for title, lines in _sections(doc.strip().split("\n\n", 1)[1:]):
        body = "\n".join(lines).strip("\n")
        if not body.strip():
            continue
        if title:
            parts.append(f"## {'Arguments' if title == 'Args' else title}")
        parts.append(_definitions(lines) if title in _LISTED else _prose(body))
    return "\n\n".join(parts) + "\n"


def _sections(rest):
    """(title, lines) of each section; the text before the first has no title."""
    current, found = ("", []), []
    lines = (rest[0] if rest else "").splitlines()
    for number, line in enumerate(lines):
        below = next((later for later in lines[number + 1 :] if later.strip()), "")
        heading, inline = _HEADING.match(line) if below.startswith("    ") else None, _INLINE.match(line)
        if heading or inline:
            found.append(current)
            current = (heading or inline)[1], [f"    {inline[2]}"] if inline else []
        else:
            current[1].append(line)
    return [(title, _dedented(lines) if title else lines) for title, lines in [*found, current]]


def _dedented(lines):
    """The lines of a section without the indent of its text; lines that go on at the margin stay as they are."""
    return [line[4:] if line.startswith("    ") else line for line in lines]


def _definitions(lines):
    """`name [default]: text` and what is indented below it, as definitions; other text as it is."""
    parts, name, text = [], None, []

    def close():
        body = _prose("\n".join(text).strip("\n"))
        if name is not None:
            indented = "\n".join(f"    {line}".rstrip() for line in body.splitlines())
            parts.append(f"{name}\n:   {indented.lstrip() or '&nbsp;'}")
        elif body.strip():
            parts.append(body)

    for line in lines:
        item = _ITEM.match(line)
        if item:
            close()
            default = f" = `{item[2]}`" if item[2] is not None else ""
            name, text = f"`{item[1]}`{default}", [item[3] or ""]
        elif line.startswith("    ") or not line.strip():
            text.append(line[4:])
        else:
            text.append(line)
    close()
    return "\n\n".join(parts)


def _prose(text):
    """Text whose indented blocks are code and whose signs mean nothing else."""
    blocks = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        if lines and all(line.startswith("    ") for line in lines if line.strip()) and not _is_list(lines[0]):
            blocks.append("```text\n" + "\n".join(line[4:] for line in lines) + "\n```")
        elif any(line.startswith("    ") for line in lines) and not any(map(_is_list, lines)):
            blocks.append(_with_code(lines))
        else:
            blocks.append(_listed(lines))
    return "\n\n".join(blocks)


def _with_code(lines):
    """A paragraph with indented lines in it: the call, and below it what it does."""
    parts, code = [], []
    for line in [*lines, ""]:
        if line.startswith("    "):
            code.append(line[4:])
            continue
        if code:
            parts.append("```text\n" + "\n".join(code) + "\n```")
            code = []
        if line.strip():
            parts.append(escaped(line))
    return "\n\n".join(parts)


def _listed(lines):
    """A paragraph; a list in it gets the blank line that Markdown wants."""
    kept, before = [], False
    for line in lines:
        item = _is_list(line)
        if item and not before and kept:
            kept.append("")
        kept.append(escaped(line))
        before = item or (before and line.startswith(" "))
    return "\n".join(kept)


def _is_list(line):
    return bool(re.match(r"\s*([-*]|\d+[.)]) ", line))


def escaped(text):
    """Text in which `<`, `*` and `_` outside of code stand for themselves; bold stays bold, links stay links."""
    parts = re.split(r"(`+[^`]*`+)", text)
    for i in range(0, len(parts), 2):
        part = parts[i].replace("<", "&lt;")
        part = re.sub(r"(?<![*\w])\*(?=\w)|(?<=\w)\*(?![*\w])", r"\\*", part) if "**" not in part else part
        parts[i] = re.sub(r"(?<!\w)_(?=\w)|(?<=\w)_(?!\w)", r"\\_", part)
    return "".join(parts)
