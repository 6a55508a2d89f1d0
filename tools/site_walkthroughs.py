"""The walkthroughs as pages: what they say, compute and draw, and the notebook to take away."""

import re

import nbformat

import run_walkthroughs as runs
import walkthroughs as w

FOLDER = "walkthroughs"
# nbconvert's Markdown has output as indented blocks, and pictures without words; ours names both.
_TEMPLATE = """
{%- extends 'markdown/index.md.j2' -%}
{%- block input %}
```python
{{ cell.source }}
```
{% endblock input -%}
{%- block stream %}
```text {.output}
{{ output.text | strip_ansi | trim }}
```
{% endblock stream -%}
{%- block data_text scoped %}
```text {.output}
{{ output.data['text/plain'] | strip_ansi | trim }}
```
{% endblock data_text -%}
{%- block data_png scoped %}
{%- set size = output.metadata['image/png'] %}
![{{ output.metadata.alt }}]({{ output.metadata.filenames['image/png'] }}){ width="{{ size.width }}" }
{% endblock data_png -%}
{%- block data_html scoped %}
<div class="frame">
{{ output.data['text/html'] }}
</div>
{% endblock data_html -%}
"""


def pages(quick):
    """`{path: text or bytes}` of all walkthroughs: page, pictures, script and notebook of each, and their list.

    Those that have no notebook kept from an earlier run of the same code are run.
    """
    made = {}
    for walkthrough in w.all_walkthroughs():
        notebook = runs.kept(walkthrough, quick)
        if notebook is None:
            print(f"running {walkthrough.name}", flush=True)
            notebook = runs.run(walkthrough, quick)
            runs.keep(notebook, walkthrough, quick)
        made.update(_of(walkthrough, notebook, quick))
    made[f"{FOLDER}/index.md"] = "---\nhide:\n  - toc\n---\n\n" + runs.table(runs.recorded())
    return made


def _of(walkthrough, notebook, quick):
    body, pictures = _markdown(notebook, walkthrough.name)
    name = walkthrough.name
    title, _, rest = body.lstrip().partition("\n")
    take = (
        f'<p class="take"><a href="{name}.ipynb" download>Notebook</a> <a href="{name}.py" download>Script</a>'
        f"<span>{w.lecture_of(name)}</span></p>"
    )
    short = (
        '\n!!! warning "Trained for a moment only"\n\n    This copy of the site was made with `PIPEKERAS_QUICK=1`: its'
        " figures are not those of the full run.\n"
        if quick
        else ""
    )
    front = f"---\ntitle: {_quoted(walkthrough.title)}\n---\n\n"
    return {
        f"{FOLDER}/{name}.md": f"{front}{title}\n\n{take}\n{short}\n{rest}",
        f"{FOLDER}/{name}.py": walkthrough.path.read_text(encoding="utf-8"),
        f"{FOLDER}/{name}.ipynb": nbformat.writes(_to_take_away(notebook)) + "\n",
        **{f"{FOLDER}/{path}": data for path, data in pictures.items()},
    }


def _markdown(notebook, name):
    """The text of a notebook that has run, and `{path: bytes}` of its pictures."""
    import jinja2
    from nbconvert import MarkdownExporter

    notebook = nbformat.from_dict(notebook)
    _describe_pictures(notebook)
    exporter = MarkdownExporter(
        extra_loaders=[jinja2.DictLoader({"walkthrough": _TEMPLATE})], template_file="walkthrough"
    )
    body, resources = exporter.from_notebook_node(notebook, resources={"unique_key": name, "output_files_dir": name})
    return re.sub(r"\n{3,}", "\n\n", body), resources["outputs"]


def _describe_pictures(notebook):
    """Give each picture the words that a reader who does not see it gets: the heading that it stands under."""
    heading, number = "", 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = next((t for t in re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)[::-1]), heading)
            continue
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                number += 1
                words = re.sub(r"[\[\]`$*]", "", heading)
                output.metadata["alt"] = f"Figure {number}, {words}"
            if "text/html" in output.get("data", {}) and "image/png" in output.data:
                del output.data["text/html"]


def _to_take_away(notebook):
    """The notebook with what it printed and drew, and without what only we need."""
    clean = nbformat.from_dict(notebook)
    clean.metadata.pop("pipekeras", None)
    for cell in clean.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "markdown":  # the other walkthroughs lie beside it as notebooks
            cell["source"] = re.sub(r"\]\((\w+)\.py\)", r"](\1.ipynb)", cell.source)
    return clean


def _quoted(text):
    return '"' + text.replace('"', "'") + '"'
