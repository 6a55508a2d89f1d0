"""Links: the names of functions in a text lead to their pages, and every link of the finished site leads somewhere."""

import html.parser
import posixpath
import re
import urllib.parse
from pathlib import Path

_VERBATIM = re.compile(r"(^(?:```|~~~)[\s\S]*?^(?:```|~~~)[ \t]*$|^#.*$|^ {4,}.*$)", re.MULTILINE)  # code and headings
_NAME = re.compile(r"(?<![\[`\w])`([A-Za-z_]\w*)(\(\))?`(?![\]`])")


def with_functions(text, names, folder):
    """Markdown in which `layer_lstm` and `layer_lstm()`, as code in the text, lead to `folder`/layer_lstm.md."""

    def linked(match):
        return f"[`{match[1]}{match[2] or ''}`]({folder}/{match[1]}.md)" if match[1] in names else match[0]

    parts = _VERBATIM.split(text)
    return "".join(part if i % 2 else _NAME.sub(linked, part) for i, part in enumerate(parts))


def moved(text, places):
    """Markdown whose links to files of the project lead to where they are on the site; `places` is {link: there}."""
    return re.sub(r"\]\(([^)#\s]+)(#[^)\s]*)?\)", lambda m: f"]({places.get(m[1], m[1])}{m[2] or ''})", text)


def broken(site):
    """`["page: link", ...]`: links and pictures within the site in `site` that lead nowhere, anchors among them."""
    site = Path(site)
    pages = {path.relative_to(site).as_posix(): _read(path) for path in sorted(site.rglob("*.html"))}
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    wrong = []
    for page, (links, _, _) in pages.items():
        for link in links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = urllib.parse.unquote(parts.path)
            beside = path[1:] if path.startswith("/") else posixpath.join(posixpath.dirname(page), path)
            target = posixpath.normpath(beside) if path else page
            if target not in files and posixpath.join(target, "index.html").removeprefix("./") in files:
                target = posixpath.join(target, "index.html").removeprefix("./")
            anchor = urllib.parse.unquote(parts.fragment)
            if target not in files or (anchor and target in pages and anchor not in pages[target][1]):
                wrong.append(f"{page}: {link}")
    return wrong


def outside(site):
    """What the pages load from elsewhere when they are opened: a site is read offline."""
    found = set()
    for path in Path(site).rglob("*.html"):
        found |= {f"{path.name}: {link}" for link in _read(path)[2] if urllib.parse.urlsplit(link).netloc}
    return sorted(found)


class _Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.anchors, self.loaded = [], {"__top"}, []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        target = given.get("href" if tag in ("a", "link") else "src")
        if target is not None:
            self.links.append(target)
            if tag in ("img", "script") or (tag == "link" and "stylesheet" in given.get("rel", "")):
                self.loaded.append(target)


def _read(path):
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page.links, page.anchors, page.loaded
