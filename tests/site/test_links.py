"""Links within the site."""

import pytest

import site_links as links

pytestmark = pytest.mark.any_backend


def test_names_of_functions_become_links():
    text = "Use `layer_lstm` or `fit()`, not `other`.\n\n```python\n`layer_lstm`\n```\n\n# `fit` in a heading\n"
    linked = links.with_functions(text, {"layer_lstm", "fit"}, "../reference")
    assert linked.startswith(
        "Use [`layer_lstm`](../reference/layer_lstm.md) or [`fit()`](../reference/fit.md), not `other`."
    )
    assert "```python\n`layer_lstm`\n```" in linked
    assert "# `fit` in a heading" in linked
    assert links.with_functions("# Title\n\nUse `fit`.", {"fit"}, "r") == "# Title\n\nUse [`fit`](r/fit.md)."


def test_what_is_a_link_already_stays():
    text = "[`fit`](elsewhere.md)"
    assert links.with_functions(text, {"fit"}, "reference") == text


def test_links_move_with_their_files():
    assert links.moved("[a](../x.py) [b](y.md#part)", {"../x.py": "walkthroughs/x.md"}) == (
        "[a](walkthroughs/x.md) [b](y.md#part)"
    )


def page(folder, name, body):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<html><body>{body}</body></html>")


def test_finds_links_that_lead_nowhere(tmp_path):
    page(
        tmp_path,
        "index.html",
        '<h1 id="top">x</h1><a href="a/b.html#here">1</a><a href="/a/b.html">2</a><img src="p.png">',
    )
    page(
        tmp_path, "a/b.html", '<p id="here"></p><a href="../index.html#top">up</a><a href="https://example.org">out</a>'
    )
    assert links.broken(tmp_path) == ["index.html: p.png"]
    (tmp_path / "p.png").write_bytes(b"")
    assert links.broken(tmp_path) == []
    page(tmp_path, "a/b.html", '<a href="../index.html#bottom">up</a><a href="c.html">c</a>')
    assert links.broken(tmp_path) == [
        "a/b.html: ../index.html#bottom", "a/b.html: c.html", "index.html: a/b.html#here",
    ]  # fmt: skip


def test_finds_what_is_loaded_from_elsewhere(tmp_path):
    page(
        tmp_path, "index.html", '<script src="https://example.org/x.js"></script><a href="https://example.org">fine</a>'
    )
    assert links.outside(tmp_path) == ["index.html: https://example.org/x.js"]
