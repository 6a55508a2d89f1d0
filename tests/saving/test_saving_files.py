"""saving/files.py: names, what may be replaced, what a file holds, and saves that are cut short."""

import os
import pickle
import stat
import zipfile
from pathlib import Path

import pytest

import pipekeras as pk
from pipekeras.saving import files


def small(units=2):
    return pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(units)


# Every function that writes a model: what it is called, the name it writes to, and how.
WRITERS = {
    "save_model": ("m.keras", lambda m, p: pk.save_model(m, p, overwrite=True)),
    "save_model as h5": ("m.h5", lambda m, p: pk.save_model(m, p, overwrite=True)),
    "save_model as a folder": ("m", lambda m, p: pk.save_model(m, p, overwrite=True, zipped=False)),
    "save_model_hdf5": ("m.h5", pk.save_model_hdf5),
    "save_model_tf": ("m", pk.save_model_tf),
    "save_model_config": ("m.json", lambda m, p: pk.save_model_config(m, p, overwrite=True)),
    "save_model_weights": ("m.weights.h5", lambda m, p: pk.save_model_weights(m, p, overwrite=True)),
    "save_model_weights_hdf5": ("m.h5", pk.save_model_weights_hdf5),
    "save_model_weights_tf": ("m", pk.save_model_weights_tf),
}


@pytest.fixture(params=WRITERS)
def writer(request):
    return WRITERS[request.param]


def contents(path):
    """Everything below a path, hidden files too."""
    if path.is_file():
        return path.read_bytes()
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def test_what_was_saved_stays_if_the_next_save_fails(writer, tmp_path, monkeypatch):
    name, write = writer
    path = tmp_path / name
    write(small(), path)
    before = contents(path)
    assert before

    def fails(*args):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)  # all is written, but not yet in its place
        with pytest.raises(OSError, match="no space left"):
            write(small(5), path)
    assert contents(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    write(small(5), path)
    assert contents(path) != before
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_what_was_saved_stays_if_a_layer_cannot_be_saved(tmp_path):
    import keras

    class Broken(keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(2,))

        def call(self, x):
            return x

        def save_own_variables(self, store):
            super().save_own_variables(store)
            raise OSError("the disk went away")

    good, bad = small(), small() >> Broken()
    for name, write in (WRITERS["save_model"], WRITERS["save_model_weights"], WRITERS["save_model as a folder"]):
        path = tmp_path / name
        write(good, path)
        before = contents(path)
        with pytest.raises(OSError, match="the disk went away"):
            write(bad, path)
        assert contents(path) == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"m.keras", "m.weights.h5", "m"}


def test_a_process_killed_half_way_leaves_the_file(tmp_path):
    import signal
    import subprocess
    import sys

    path = tmp_path / "m.keras"
    path.write_text("good")
    code = f"""
import os, signal
from pipekeras.saving.files import writing
with writing({str(path)!r}, "save_model", overwrite=True) as made:
    with made.open("w") as file:
        file.write("half")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(pk.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert path.read_text() == "good"
    with files.writing(path, "save_model", overwrite=True) as made:  # what was left behind is in nobody's way
        made.write_text("better")
    assert path.read_text() == "better"


def test_nothing_is_replaced_unasked(tmp_path):
    model = small()
    for write, name in (
        (pk.save_model, "m.keras"),
        (pk.save_model_weights, "m.weights.h5"),
        (pk.save_model_config, "m.json"),
    ):
        path = tmp_path / name
        assert write(model, path) is model
        before = contents(path)
        with pytest.raises(pk.InvalidValueError, match=rf'{write.__name__}: ".*{name}" already exists; overwrite=True'):
            write(small(5), path)
        assert contents(path) == before
    for write in (pk.save_model_hdf5, pk.save_model_weights_hdf5):
        path = tmp_path / f"{write.__name__}.h5"
        model >> write(path)
        model >> write(path)
        with pytest.raises(pk.InvalidValueError, match="already exists"):
            write(model, path, overwrite=False)
    with pytest.raises(pk.InvalidValueError, match="overwrite must be True or False, it got 'yes'"):
        pk.save_model(model, tmp_path / "m.keras", overwrite="yes")


def test_a_folder_with_other_things_in_it_is_not_deleted(tmp_path):
    model, path = small(), tmp_path / "work"
    path.mkdir()
    pk.save_model_tf(model, path)  # an empty one is fine, and one with a model in it
    pk.save_model_tf(model, path)
    other = tmp_path / "papers"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work")
    with pytest.raises(pk.InvalidValueError, match='"[^"]*papers" holds something else than a saved model'):
        pk.save_model_tf(model, other)
    with pytest.raises(pk.InvalidValueError, match='"[^"]*papers" is a folder, and a file is to be written'):
        pk.save_model_weights_hdf5(model, other)
    assert (other / "thesis.txt").read_text() == "years of work"
    with pytest.raises(pk.InvalidValueError, match="is no folder, and a folder is to be written"):
        pk.save_model_tf(model, other / "thesis.txt")


def test_names_as_users_give_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    model = small()
    for name in ("~/home.keras", "plain.keras", Path("path.keras"), str(tmp_path / "whole.keras")):
        pk.save_model(model, name)
        assert pk.load_model(name).count_params() == 8
    assert {p.name for p in tmp_path.iterdir()} == {"home.keras", "plain.keras", "path.keras", "whole.keras"}
    for wrong, said in ((7, "it got 7"), (None, "it got None"), ("", "it got ''")):
        with pytest.raises(pk.InvalidValueError, match=f"filepath must be the name of a file, {said}"):
            pk.save_model_hdf5(model, wrong)


def test_folders_are_not_made_unasked(tmp_path):
    with pytest.raises(pk.InvalidValueError, match="save_model: there is no folder .*models: create it first"):
        pk.save_model(small(), tmp_path / "models" / "m.keras")
    assert list(tmp_path.iterdir()) == []


def test_links_and_permissions_stay(tmp_path):
    path, link = tmp_path / "real.keras", tmp_path / "link.keras"
    pk.save_model(small(), path)
    path.chmod(0o640)
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("this system makes no links")
    pk.save_model(small(5), link, overwrite=True)
    assert link.is_symlink()
    assert pk.load_model(path).count_params() == 20
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_is_no_file_is_not_replaced():
    with pytest.raises(pk.InvalidValueError, match="is no folder|is to be written"):
        pk.save_model_hdf5(small(), os.devnull)
    assert not Path(os.devnull).is_file()


def test_a_file_that_is_not_there(tmp_path):
    pk.save_model(small(), tmp_path / "model.keras")
    with pytest.raises(
        pk.DataError, match=r'load_model: there is no file ".*modle.keras"; did you mean "model.keras"\?'
    ):
        pk.load_model(tmp_path / "modle.keras")
    with pytest.raises(pk.DataError, match='there is no file ".*x.keras", and no folder '):
        pk.load_model(tmp_path / "nowhere" / "x.keras")


def test_what_a_file_holds_is_seen_in_it(tmp_path):
    import h5py

    model = small()
    expected = {"keras": "a.x", "h5": "b.x", "old weights": "c.x", "json": "d.x", "folder": "e.x"}
    pk.save_model(model, tmp_path / "a.keras")
    (tmp_path / "a.keras").rename(tmp_path / "a.x")
    pk.save_model_hdf5(model, tmp_path / "b.x")
    pk.save_model_weights_hdf5(model, tmp_path / "c.x")
    pk.save_model_config(model, tmp_path / "d.x")
    pk.save_model(model, tmp_path / "e.x", zipped=False)
    for kind, name in expected.items():
        assert files.kind_of(tmp_path / name, "load_model", name) == kind
    for kind in ("other", "weights"):
        path = tmp_path / kind
        if kind == "other":
            path.write_bytes(pickle.dumps([1]))
        else:
            h5py.File(path, "w").close()
        assert files.kind_of(path, "load_model", "x") == kind
    with zipfile.ZipFile(tmp_path / "z.keras", "w") as archive:
        archive.writestr("letter.txt", "dear")
    assert files.kind_of(tmp_path / "z.keras", "load_model", "z") == "other"


def test_a_damaged_file(tmp_path):
    model = small()
    pk.save_model(model, tmp_path / "a.keras")
    pk.save_model_hdf5(model, tmp_path / "b.h5")
    for name in ("a.keras", "b.h5"):
        path = tmp_path / name
        whole = path.read_bytes()
        for size in (0, len(whole) // 2):
            path.write_bytes(whole[:size])
            with pytest.raises(pk.DataError, match=f'"[^"]*{name}" is damaged, or was not written to its end'):
                pk.load_model(path)
