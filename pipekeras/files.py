"""Files that are replaced whole or not at all: who is interrupted half way keeps what was there."""

import contextlib
import os
import tempfile
from pathlib import Path

from pipekeras.errors import DataError


@contextlib.contextmanager
def replacing(path, where="", ending=None):
    """A path beside `path` to write to; when all went well, what is there takes the place of `path`.

    Args:
        path: the file, or folder, that is to be; "~" is the user's home.
        where: the function that was called, for messages.
        ending: how the name of the unfinished file ends, for writers that go by it; as `path` by default.

    Yields:
        The path to write to, in a folder of its own that is gone afterwards, on the same disk as `path`.

    Raises:
        DataError: if there is no folder to write into.
    """
    path = Path(path).expanduser()
    refuse_no_folder(path, where)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".unfinished-", ignore_cleanup_errors=True) as beside:
        unfinished = Path(beside) / (f"unfinished{ending}" if ending else path.name)
        yield unfinished
        before = Path(beside) / ".before"
        if path.is_dir() and unfinished.is_dir():
            path.rename(before)  # no folder is replaced in one step: it is away for an instant
        try:
            os.replace(unfinished, path)
        except OSError:
            if before.exists():  # else it would go with the folder that it is in
                before.rename(path)
            raise


def refuse_no_folder(path, where=""):
    """Raise a DataError if there is no folder to write the file `path` into."""
    path = Path(path).expanduser()
    if not path.parent.is_dir():
        start = f"{where}: " if where else ""
        raise DataError(f"{start}there is no folder {path.parent} to write {path.name} into: make it first")


def write_text(path, text, where=""):
    """Write a text file, UTF-8, whole or not at all."""
    with replacing(path, where) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
