"""get_file(), from file:// URLs: nothing here asks the network for anything."""

import hashlib
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

import pipekeras as pk
from pipekeras import downloading
from pipekeras._keras import keras
from pipekeras.downloading import get_file

TEXT = b"a,b\n1,2\n"


@pytest.fixture
def host(tmp_path):
    """A folder with files to download, as a URL."""
    folder = tmp_path / "host"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "inside.txt").write_text("inside")
    (folder / "file.csv").write_bytes(TEXT)
    with tarfile.open(folder / "a.tar.gz", "w:gz") as tar:
        tar.add(folder / "data", arcname="data")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.write(folder / "data" / "inside.txt", "data/inside.txt")
    return folder.as_uri()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file())


def test_the_forms_of_both_packages(host, cache):
    url = f"{host}/file.csv"
    for call in (
        lambda: get_file("file.csv", url, cache_dir=cache),
        lambda: get_file(origin=url, cache_dir=str(cache)),
        lambda: get_file(url, cache_dir=cache),
    ):
        assert call() == str(cache / "datasets" / "file.csv")
    assert get_file("mine.csv", url, None, "sub", cache_dir=cache) == str(cache / "sub" / "mine.csv")
    assert files(cache) == ["datasets/file.csv", "sub/mine.csv"]
    assert (cache / "sub" / "mine.csv").read_bytes() == TEXT


def test_what_is_there_is_not_downloaded_again(host, cache):
    path = Path(get_file(origin=f"{host}/file.csv", cache_dir=cache))
    path.write_bytes(b"kept")
    get_file(origin=f"{host}/file.csv", cache_dir=cache)
    assert path.read_bytes() == b"kept"
    get_file(origin=f"{host}/file.csv", cache_dir=cache, force_download=True)
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_hash_is_held_against_the_cache_and_the_download(host, cache, algorithm):
    right = hashlib.new(algorithm, TEXT).hexdigest()
    arguments = {"origin": f"{host}/file.csv", "cache_dir": cache}
    path = Path(get_file(**arguments, file_hash=right))
    path.write_bytes(b"broken")
    assert Path(get_file(**arguments, file_hash=right.upper(), hash_algorithm=algorithm)).read_bytes() == TEXT
    with pytest.raises(pk.DataError, match=f"has the hash {right}, and not file_hash=0+; it was thrown away"):
        get_file(**arguments, file_hash="0" * len(right))
    assert files(cache) == ["datasets/file.csv"]
    assert path.read_bytes() == TEXT


def test_archives(host, cache):
    for call in (
        lambda: get_file("a.tar.gz", f"{host}/a.tar.gz", untar=True, cache_dir=cache),
        lambda: get_file("folder", f"{host}/a.tar.gz", extract=True, cache_dir=cache),
        lambda: get_file(origin=f"{host}/b.zip", extract=True, archive_format="zip", cache_dir=cache),
    ):
        for _ in range(2):
            assert (Path(call()) / "data" / "inside.txt").read_text() == "inside"
    with pytest.raises(pk.DataError, match="is no tar or zip archive: leave out extract"):
        get_file(origin=f"{host}/file.csv", extract=True, cache_dir=cache)
    with pytest.raises(pk.DataError, match="is no zip archive"):
        get_file(origin=f"{host}/a.tar.gz", extract=True, archive_format="zip", cache_dir=cache)


def test_a_download_that_breaks_off_leaves_nothing(host, cache, monkeypatch):
    path = Path(get_file(origin=f"{host}/file.csv", cache_dir=cache))
    real = keras.utils.get_file

    def breaks_off(fname, origin, **arguments):
        part = Path(real(fname, origin, **arguments))
        assert part != path
        part.write_bytes(TEXT[:3])
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.utils, "get_file", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        get_file(origin=f"{host}/file.csv", cache_dir=cache, force_download=True)
    assert path.read_bytes() == TEXT
    assert files(cache) == ["datasets/file.csv"]


def test_others_can_read_the_file(host, cache):
    path = get_file(origin=f"{host}/file.csv", cache_dir=cache)
    mask = os.umask(0)
    os.umask(mask)
    assert os.stat(path).st_mode & 0o777 == 0o666 & ~mask


def test_without_a_network_it_says_where_the_file_goes(host, cache):
    with pytest.raises(pk.DataError, match="get_file: none.csv could not be downloaded: ") as caught:
        get_file(origin=f"{host}/none.csv", cache_dir=cache)
    assert f"get {host}/none.csv on another machine" in str(caught.value)
    assert str(caught.value).endswith(str(cache / "datasets" / "none.csv"))
    assert files(cache) == []


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), downloading.explained("here", "it", ""):
        1 / 0  # noqa: B018


def test_wrong_arguments(host):
    url = f"{host}/file.csv"
    with pytest.raises(pk.InvalidValueError, match="origin must be a URL, .* it got None"):
        get_file("file.csv")
    with pytest.raises(pk.InvalidValueError, match="fname='a/b.csv' must be a file's name without folders"):
        get_file("a/b.csv", url)
    with pytest.raises(pk.InvalidValueError, match="does not end in a file's name: give one, fname="):
        get_file(origin="https://host/")
    with pytest.raises(pk.InvalidValueError, match="hash_algorithm='sha25' is not known; did you mean \"sha256\"?"):
        get_file(origin=url, hash_algorithm="sha25")
    with pytest.raises(pk.InvalidValueError, match="archive_format='rar' is not known"):
        get_file(origin=url, archive_format="rar")
    with pytest.raises(pk.ArgumentError, match="has no argument force; did you mean force_download?"):
        get_file(origin=url, force=True)
