"""get_file(): a file from the web, kept in Keras's cache folder, whole or not at all.

Keras downloads to where the file is to be: killed half way it leaves a part behind and takes that for the file ever
after. Here it downloads beside it, and the file is moved into place when it is complete and its hash is right.
"""

import contextlib
import os
import re
import tarfile
import urllib.parse
import uuid
import zipfile

from pipekeras._keras import keras
from pipekeras.errors import DataError, InvalidValueError, suggestion
from pipekeras.fetching import cache_folder
from pipekeras.pipe import Checked

__all__ = ["get_file"]


@Checked
def get_file(
    fname=None,
    origin=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    untar=False,
    force_download=False,
):
    """Download a file, unless it is in the cache folder already, and unpack it if that is wanted.

    Args:
        fname: the file's name in the cache folder; by default that of the URL. For an archive that is unpacked, the
            name of the folder it is unpacked to. With a URL here and no `origin`, the URL is meant.
        origin: the URL.
        file_hash: the MD5 or SHA-256 sum that the file must have; a file in the cache that has another is downloaded
            again.
        cache_subdir: folder below the cache folder, or a full path.
        hash_algorithm: "auto", "md5" or "sha256".
        extract: whether to unpack the file, a tar or zip archive.
        archive_format: "auto", "tar" or "zip".
        cache_dir: the cache folder; by default the one of Keras.
        untar: 2.x for `extract=True` with `archive_format="tar"`.
        force_download: whether to download also what is in the cache.

    Returns:
        The path of the file, or of the folder it was unpacked to.

    Raises:
        DataError: if it cannot be downloaded, has another hash, or is no archive that can be unpacked.
        InvalidValueError: if an argument cannot be meant.

    Source: R `keras3::get_file`, `keras::get_file`.
    """
    where = "get_file"
    if origin is None and fname is not None and "://" in os.fspath(fname):
        fname, origin = None, fname
    if not isinstance(origin, str) or "://" not in origin:
        raise InvalidValueError(f'{where}: origin must be a URL, such as "https://host/file.csv", it got {origin!r}')
    _one_of(hash_algorithm, "hash_algorithm", ("auto", "md5", "sha256"), where)
    _one_of(archive_format, "archive_format", ("auto", "tar", "zip"), where)
    name = _name(fname, origin, where)
    extract, archive_format = extract or untar, "tar" if untar else archive_format
    folder = os.path.join(os.path.dirname(cache_folder()) if cache_dir is None else os.fspath(cache_dir), cache_subdir)
    folder = os.path.expanduser(folder)
    # Where Keras looks for what it would unpack; a name without an ending is that of the folder to unpack to.
    target = os.path.join(folder, f"{name}_archive" if extract and (fname is None or "." not in name) else name)
    place = {"cache_dir": folder, "cache_subdir": "", "file_hash": file_hash, "hash_algorithm": hash_algorithm}
    with explained(where, name, f"put it here by hand as {target}"):
        os.makedirs(folder, exist_ok=True)
        if force_download or not _is_right(target, place):
            _download(target, origin, place)
        if not extract:
            return target
        if not _is_archive(target, archive_format):
            kind = "no tar or zip archive" if archive_format == "auto" else f"no {archive_format} archive"
            raise DataError(f"{where}: {target} is {kind}: leave out extract, or remove the file if it is broken")
        return keras.utils.get_file(fname, origin, extract=True, archive_format=archive_format, **place)


def _name(fname, origin, where):
    name = urllib.parse.urlsplit(origin).path.rpartition("/")[2] if fname is None else os.fspath(fname)
    if not name:
        raise InvalidValueError(f"{where}: the URL {origin} does not end in a file's name: give one, fname=...")
    if os.path.basename(name) != name or name in (".", ".."):
        raise InvalidValueError(
            f"{where}: fname={name!r} must be a file's name without folders: those go into cache_dir and cache_subdir"
        )
    return name


def _one_of(value, name, words, where):
    if value not in words:
        near = suggestion(value, words, quote='"', otherwise=f"; it is one of {words}")
        raise InvalidValueError(f"{where}: {name}={value!r} is not known{near}")


def _is_archive(path, archive_format):
    tests = {"tar": tarfile.is_tarfile, "zip": zipfile.is_zipfile}
    return any(test(path) for kind, test in tests.items() if archive_format in ("auto", kind))


def _is_right(path, place):
    """Whether the file is there, and has the hash that it must have."""
    if not os.path.exists(path) or place["file_hash"] is None:
        return os.path.exists(path)
    return _hash(path, place) == str(place["file_hash"]).lower()


def _hash(path, place):
    import hashlib

    kind = place["hash_algorithm"]
    if kind == "auto":
        kind = "sha256" if len(str(place["file_hash"])) == 64 else "md5"
    with open(path, "rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def _download(target, origin, place):
    """Download to a file of another name, and move it into place."""
    part = os.path.join(os.path.dirname(target), f".part-{uuid.uuid4().hex}")
    try:
        without_hash = {"cache_dir": place["cache_dir"], "cache_subdir": ""}
        keras.utils.get_file(os.path.basename(part), origin, force_download=True, **without_hash)
        if not _is_right(part, place):
            raise DataError(
                f"get_file: what {origin} gave has the hash {_hash(part, place)}, and not"
                f" file_hash={place['file_hash']}; it was thrown away"
            )
        os.replace(part, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(part)


@contextlib.contextmanager
def explained(where, what, remedy):
    """Turn what goes wrong in a download of Keras's into an error that says how to do without a network.

    Args:
        where: the function that was called.
        what: what is downloaded, for the message.
        remedy: what to do with the file once it was got by other means.
    """
    try:
        yield
    except (DataError, InvalidValueError):
        raise
    except Exception as error:
        failed = re.match(r"URL fetch failure on (\S+): (?:None -- )?(.*)", str(error), re.DOTALL)
        if failed is None and not isinstance(error, OSError):
            raise
        source, reason = failed.groups() if failed else (None, str(error) or type(error).__name__)
        raise DataError(
            f"{where}: {what} could not be {'downloaded' if source else 'loaded'}: {reason}. Without a network, get"
            f" {source or 'the file'} on another machine, and {remedy}"
        ) from error
