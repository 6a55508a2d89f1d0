"""The reference: a page for each public name, and one that lists them in groups, both calls side by side."""

import html
import inspect

import site_docstrings as docstrings
import site_groups
import site_usage as usage
from pipekeras import coverage

FOLDER = "reference"


def public():
    """`{public name: its value}`, with R's names that a star import leaves out."""
    import pipekeras
    from pipekeras import interop

    return {name: getattr(pipekeras, name) for name in [*pipekeras.__all__, *sorted(interop.ATTRIBUTES)]}


def module_of(value):
    """The module that a value is defined in, without the package; R's plain values are interop's."""
    module = getattr(value, "__module__", None) or "pipekeras.interop"
    return module.removeprefix("pipekeras.") if module.startswith("pipekeras.") else "interop"


def pages():
    """`{path: Markdown}` of the reference."""
    values = public()
    groups = site_groups.grouped({name: module_of(value) for name, value in values.items()})
    rows = {row.python: row for row in coverage.coverage()}
    made = {f"{FOLDER}/index.md": _index(groups, values, rows)}
    # Who searches for layer_lstm means it rather than layer_lstm_cell.
    first = {name for name in values if any(other.startswith(f"{name}_") for other in values)}
    for group, names in groups.items():
        for name in names:
            made[f"{FOLDER}/{name}.md"] = _page(name, values[name], group, names, rows.get(name), name in first)
    return made


def documentation(value):
    """The docstring of a value; a plain value has none of its own."""
    if isinstance(value, (int, float, str, bool, type(None))):
        return f"The value `{value!r}`."
    return inspect.getdoc(value) or ""


# The list -------------------------------------------------------------------------------------------------------------


def _index(groups, values, rows):
    parts = [
        "---\ntitle: Reference\nhide:\n  - navigation\n---\n\n# Reference",
        f"{len(values)} names, grouped as the reference of R's keras3 is; `keras 2.x` marks what only the older package"
        " has, and what has no call in R is pipekeras's own. Each name leads to its page.",
    ]
    title = None
    for group, names in groups.items():
        if group.title != title:
            title = group.title
            parts.append(f"## {title}")
        if group.subtitle:
            parts.append(f"### {group.subtitle}")
        if group.about:
            parts.append(group.about)
        lines = [_row(name, values[name], rows.get(name)) for name in names]
        parts.append(
            '<table class="functions"><thead><tr><th>R</th><th>Python</th><th></th></tr></thead><tbody>\n'
            + "\n".join(lines)
            + "\n</tbody></table>"
        )
    return "\n\n".join(parts) + "\n"


def _row(name, value, row):
    r, python = usage.example_of(row.name if row else name, value, name)
    only_old = row is not None and row.packages == ("keras2",)
    mark = ' <span class="old">keras 2.x</span>' if only_old else ""
    r_cell = f"<code>{html.escape(r)}</code>{mark}" if r else ""
    text = html.escape(_plain(docstrings.summary(documentation(value))))
    python_cell = f'<a href="{name}.html"><code>{html.escape(python)}</code></a>'
    return f"<tr><td>{r_cell}</td><td>{python_cell}</td><td>{text}</td></tr>"


def _plain(text):
    return text.replace("`", "")


# A page ---------------------------------------------------------------------------------------------------------------


def _page(name, value, group, names, row, first):
    doc = documentation(value)
    place = " › ".join(filter(None, (group.title, group.subtitle)))
    anchor = _anchor(group.subtitle or group.title)
    parts = [
        f"---\ntitle: {name}\ndescription: {_quoted(docstrings.summary(doc))}\n"
        f"{'search: {boost: 4}' if first else ''}\n---\n\n# {name}",
        f'<p class="place"><a href="index.html#{anchor}">{html.escape(place)}</a>{_packages(row)}</p>',
        docstrings.escaped(docstrings.summary(doc)),
        _calls(name, value, row),
    ]
    if row is not None and row.notes:
        notes = "\n".join(f"    - {docstrings.escaped(note)}" for note in row.notes)
        parts.append(f'!!! note "Not as in R"\n\n{notes}')
    parts.append(docstrings.markdown(doc) if doc else "")
    others = [f"[`{other}`]({other}.md)" for other in names if other != name]
    if others:
        parts.append(f"## See also\n\n{', '.join(others)}")
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _packages(row):
    if row is None:
        return " · pipekeras's own"
    called = {"keras2": "keras 2.x", "keras3": "keras3"}
    return f" · in R: {', '.join(called[package] for package in row.packages)}"


def _calls(name, value, row):
    """The usual call and the whole one, R on the left and Python on the right."""
    r, python = usage.example_of(row.name if row else name, value, name)
    left, right = [], []
    if r:
        left.append(_code("r", "R", r))
    right.append(_code("python", "Python", python))
    for heading, language, code in usage.usage_of(row.name if row else name, value, name):
        (right if language == "python" else left).append(_code(language, f"{heading}: all arguments", code))
    columns = [column for column in (left, right) if column]
    inside = "\n".join(f'<div markdown="1">\n\n{chr(10).join(column)}\n</div>' for column in columns)
    return f'<div class="side-by-side" markdown="1">\n{inside}\n</div>'


def _code(language, title, code):
    return f'```{language} title="{title}"\n{code}\n```\n'


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'


def _anchor(title):
    from markdown.extensions.toc import slugify

    return slugify(title, "-")
