"""The walkthroughs of vignettes/ as they are read by what runs them, tests them and makes pages of them.

    for walkthrough in all_walkthroughs():
        print(walkthrough.name, walkthrough.title, [result.model for result in walkthrough.results])

They are Python scripts in the percent format: `# %% [markdown]` begins text, `# %%` code. A code cell of the title
`result: MODEL` states what a model of the lectures came to: it prints one line and asserts.
"""

import ast
import dataclasses
import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VIGNETTES = ROOT / "vignettes"

# The lectures, in the order in which their walkthroughs are read; those of one are read from the left to the right.
LECTURES = {
    "First steps": ("getting_started",),
    "Images": (
        "images_and_convolution",
        "padding_and_pooling",
        "cnn_classification",
        "cnn_or_dense",
        "transfer_learning",
    ),
    "Sequences": ("sequences", "time_series", "stateful_rnn", "human_activity"),
    "Recurrent networks": ("inside_the_cell", "shapes_of_sequences", "gradients_through_time", "deeper_networks"),
    "Text": ("text_generation", "embeddings", "sentiment", "tagging_names"),
}
_RESULT = "result:"


@dataclasses.dataclass(frozen=True)
class Cell:
    """Text or code, its title, and the line of the file on which it begins."""

    kind: str  # "markdown" or "code"
    title: str
    source: str
    line: int

    @property
    def model(self):
        """The model whose result this cell states; None in any other cell."""
        return self.title.removeprefix(_RESULT).strip() if self.title.startswith(_RESULT) else None

    @property
    def asserts(self):
        """What the cell asserts, each as it is written, on one line."""
        tests = [node.test for node in ast.parse(self.source).body if isinstance(node, ast.Assert)]
        return [" ".join(ast.get_source_segment(self.source, test).split()) for test in tests]


@dataclasses.dataclass(frozen=True)
class Walkthrough:
    """One file of vignettes/."""

    path: Path
    cells: tuple

    @property
    def name(self):
        return self.path.stem

    @property
    def title(self):
        found = re.match(r"# (.+)", self.cells[0].source) if self.cells else None
        return found[1].strip() if found else self.name

    @property
    def code(self):
        """The cells of code."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def results(self):
        """The cells that state results."""
        return tuple(cell for cell in self.code if cell.model)

    @property
    def fingerprint(self):
        """The same for code that does the same: comments, blank lines and text may change without it."""
        trees = [ast.dump(ast.parse(cell.source)) for cell in self.code]
        titles = [cell.title for cell in self.code]
        return hashlib.sha256(repr((trees, titles)).encode()).hexdigest()[:16]


def read(path):
    """The walkthrough in a file."""
    import jupytext

    path = Path(path)
    text = path.read_text(encoding="utf-8")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    cells = jupytext.reads(text, fmt="py:percent").cells
    return Walkthrough(
        path,
        tuple(
            Cell(cell.cell_type, cell.metadata.get("title", ""), cell.source, line)
            for cell, line in zip(cells, starts, strict=True)
        ),
    )


def named(name):
    """The walkthrough of that name; SystemExit says which there are."""
    names = [name for names in LECTURES.values() for name in names]
    if name not in names:
        raise SystemExit(f"there is no walkthrough {name}; there are {', '.join(names)}")
    return read(VIGNETTES / f"{name}.py")


def all_walkthroughs():
    """All of them, in the order of LECTURES."""
    return [named(name) for names in LECTURES.values() for name in names]


def lecture_of(name):
    """The lecture that a walkthrough belongs to."""
    return next(lecture for lecture, names in LECTURES.items() if name in names)


def notebook(walkthrough):
    """The walkthrough as a notebook that has not run yet."""
    import jupytext

    made = jupytext.read(walkthrough.path, fmt="py:percent")
    made.metadata.pop("jupytext", None)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"  # jupytext draws them at random
    return made
