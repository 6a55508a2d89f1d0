"""Make the site: walkthroughs with their pictures, the reference, the page for readers who come from R.

    python tools/make_site.py                 build/site, to be opened in a browser or put on a server
    PIPEKERAS_QUICK=1 python tools/make_site.py     with walkthroughs that train for a moment only

The pages are written to build/pages, from which mkdocs makes the site; mkdocs.yml says how it looks.
"""

import argparse
import logging
import os
import shutil
import sys
from pathlib import Path

import site_links as links
import site_math as math
import site_reference as reference
import site_walkthroughs
import walkthroughs as w

PAGES = w.ROOT / "build" / "pages"
SITE = w.ROOT / "build" / "site"
_DOCS = w.ROOT / "docs"


def everything(quick):
    """`{path: text or bytes}` of all pages."""
    names = set(reference.public())
    made = {path.relative_to(_DOCS).as_posix(): path.read_bytes() for path in _DOCS.rglob("*") if path.is_file()}
    made = {path: data.decode() if path.endswith((".md", ".css")) else data for path, data in made.items()}
    made["index.md"] = made["index.md"].replace("<!-- walkthroughs -->", _list_of_walkthroughs())
    made["changelog.md"] = (w.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    made.update(site_walkthroughs.pages(quick))
    for path, text in made.items():
        if path.endswith(".md"):
            above = "../" * path.count("/")
            text = math.with_mathml(text) if path.startswith(site_walkthroughs.FOLDER) else text
            made[path] = links.with_functions(links.moved(text, _places(above)), names, f"{above}{reference.FOLDER}")
    return {**made, **reference.pages()}


def _list_of_walkthroughs():
    lines = [
        f"- **{lecture}**: " + ", ".join(f"[{w.named(name).title}](../vignettes/{name}.py)" for name in names)
        for lecture, names in w.LECTURES.items()
    ]
    return "\n".join(lines)


def _places(above):
    """Where on the site a page finds what the text of the project links to."""
    folder = site_walkthroughs.FOLDER
    walks = [walkthrough.name for walkthrough in w.all_walkthroughs()]
    return {
        **{f"../vignettes/{name}.py": f"{above}{folder}/{name}.md" for name in walks},
        **{f"{name}.py": f"{above}{folder}/{name}.md" for name in walks},
        "../vignettes/README.md": f"{above}{folder}/index.md",
        "../CHANGELOG.md": f"{above}changelog.md",
        "../pipekeras/__init__.pyi": f"{above}{reference.FOLDER}/index.md",
    }


def navigation():
    """What mkdocs calls nav: the reference is one page in it, from which the others are reached."""
    folder = site_walkthroughs.FOLDER
    lectures = [
        {lecture: [{w.named(name).title: f"{folder}/{name}.md"} for name in names]}
        for lecture, names in w.LECTURES.items()
    ]
    return [
        {"Home": "index.md"},
        {"Walkthroughs": [{"All models": f"{folder}/index.md"}, *lectures]},
        {"Coming from R": ["from-r.md", {"Every name of R's": "api-coverage.md"}]},
        {"Reference": f"{reference.FOLDER}/index.md"},
        {"Changes": "changelog.md"},
    ]


def build(site, quick, pages=None):
    """Write the pages, and make the site of them. SystemExit says which links lead nowhere."""
    from mkdocs.commands.build import build as make
    from mkdocs.config import load_config

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    shutil.rmtree(PAGES, ignore_errors=True)
    for path, text in (pages or everything(quick)).items():
        target = PAGES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
    config = load_config(
        str(w.ROOT / "mkdocs.yml"), docs_dir=str(PAGES), site_dir=str(site), nav=navigation(), strict=True
    )
    make(config)
    wrong = links.broken(site)
    if wrong:
        sys.exit("links that lead nowhere:\n  " + "\n  ".join(wrong))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default=SITE, type=Path, help="the folder of the site; build/site by default")
    given = parser.parse_args(arguments)
    build(given.output.resolve(), quick=os.environ.get("PIPEKERAS_QUICK") == "1")
    print(f"The site is in {os.path.relpath(given.output)}: open its index.html")


if __name__ == "__main__":
    main()
