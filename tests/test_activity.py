"""activity.py: the UCI's files are read as they lie in its archive, and what is simulated is learnable. No network."""

import copy
import io
import pickle
import zipfile

import numpy as np
import pytest

import pipekeras as pk
from pipekeras import activity
from pipekeras.activity import ACTIVITIES, CHANNELS, dataset_human_activity, simulate_human_activity
from pipekeras.errors import DataError, InvalidValueError

pytestmark = pytest.mark.any_backend

ROOT = "UCI HAR Dataset"


def line(numbers):
    """A row as the UCI writes it: numbers in columns of 16 characters, with an exponent of three digits."""
    mantissas = (f"{number:.7e}".split("e") for number in numbers)
    return "".join(f"{mantissa}e{int(exponent):+04d}".rjust(16) for mantissa, exponent in mantissas)


@pytest.fixture(scope="module")
def signals():
    """`{part: (x, y from 1, subjects from 1)}`, few windows."""
    rng = np.random.default_rng(1)
    made = {}
    for part, n in [("train", 4), ("test", 3)]:
        x = rng.normal(0, 0.3, (n, 128, 9)).astype("float32")
        made[part] = x, rng.integers(1, 7, n), rng.integers(1, 31, n)
    return made


@pytest.fixture
def files(signals):
    """The files of the archive by name, as text; the hand-made features and the explanations are there as well."""
    made = {f"{ROOT}/README.txt": "Human Activity\n", f"{ROOT}/activity_labels.txt": "1 WALKING\n"}
    for part, (x, y, subjects) in signals.items():
        made[f"{ROOT}/{part}/X_{part}.txt"] = line([0.25, -1.0]) + "\n"
        made[f"{ROOT}/{part}/y_{part}.txt"] = "".join(f"{number}\n" for number in y)
        made[f"{ROOT}/{part}/subject_{part}.txt"] = "".join(f"{number}\n" for number in subjects)
        for channel, name in enumerate(CHANNELS):
            rows = "".join(line(row) + "\n" for row in x[:, :, channel])
            made[f"{ROOT}/{part}/Inertial Signals/{name}_{part}.txt"] = rows
    return made


def zipped(files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def as_the_uci_gives_it(files):
    """An archive in an archive; the inner one was made on a Mac."""
    hidden = {f"__MACOSX/{name.replace('/y_', '/._y_')}": b"\0\1" for name in files}
    return zipped({"UCI HAR Dataset.zip": zipped({**files, **hidden}), "UCI HAR Dataset.names": "about"})


def in_a_folder(files, folder):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def check(data, signals):
    for part, got in [("train", data.train), ("test", data.test)]:
        x, y, subjects = signals[part]
        assert got.x.dtype == "float32" and got.y.dtype == got.subjects.dtype == "int64"
        np.testing.assert_allclose(got.x, x, rtol=1e-6)
        np.testing.assert_array_equal(got.y, y - 1)
        np.testing.assert_array_equal(got.subjects, subjects - 1)


# The data of the UCI --------------------------------------------------------------------------------------------------


def test_the_archive_the_one_inside_and_what_they_unpack_to(files, signals, tmp_path):
    outer, inner, folder = tmp_path / "outer.zip", tmp_path / "inner.zip", tmp_path / "unpacked"
    outer.write_bytes(as_the_uci_gives_it(files))
    inner.write_bytes(zipped(files))
    in_a_folder(files, folder)
    for path in (outer, str(outer), inner, folder, folder / ROOT):
        check(dataset_human_activity(path), signals)


def test_by_place_by_name_and_with_names(files, tmp_path):
    data = dataset_human_activity(in_a_folder(files, tmp_path))
    (x_train, y_train), (_x_test, y_test) = data
    assert data["train"]["x"] is data.train.x is x_train and data.train["y"] is y_train and data.test.y is y_test
    assert data.train["subjects"] is data.train.subjects
    assert data.activities == ACTIVITIES and ACTIVITIES[0] == "WALKING" and ACTIVITIES[5] == "LAYING"
    assert data.channels == CHANNELS and CHANNELS[0] == "body_acc_x" and CHANNELS[-1] == "total_acc_z"
    with pytest.raises(InvalidValueError, match='"subject" is not in the data'):
        data.train["subject"]


def test_copies_and_pickles_keep_the_subjects():
    part = simulate_human_activity(subjects=2, windows=1).train
    for again in (copy.copy(part), pickle.loads(pickle.dumps(part))):
        np.testing.assert_array_equal(again.subjects, part.subjects)
        np.testing.assert_array_equal(again.x, part.x)
    assert part._replace(y=part.y[:1]).subjects is None and "subjects" not in repr(part._replace(y=part.y[:1]))


def test_downloaded_once_to_the_cache_folder(files, signals, tmp_path, monkeypatch):
    host, home = tmp_path / "host.zip", tmp_path / "home"
    host.write_bytes(as_the_uci_gives_it(files))
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.setattr(activity, "URL", host.as_uri())
    check(dataset_human_activity(), signals)
    assert [path.name for path in (home / "datasets").iterdir()] == [activity.FILE]
    host.unlink()
    check(dataset_human_activity(), signals)


def test_without_a_network_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(activity, "URL", (tmp_path / "nowhere.zip").as_uri())
    with pytest.raises(DataError) as caught:
        dataset_human_activity()
    said = str(caught.value)
    assert said.startswith("dataset_human_activity: ") and "get_file" not in said
    assert f"put it here by hand as {tmp_path / 'datasets' / activity.FILE}" in said
    assert "simulate_human_activity() needs no download" in said


def test_what_is_lacking_is_named(files, tmp_path):
    del files[f"{ROOT}/test/Inertial Signals/body_gyro_y_test.txt"]
    in_a_folder(files, tmp_path)
    with pytest.raises(DataError, match=r"lacks test/Inertial Signals/body_gyro_y_test.txt; it must be the archive"):
        dataset_human_activity(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"lacks train/y_train.txt and 21 more; .* the folder \"UCI HAR Dataset\""):
        dataset_human_activity(tmp_path / "empty")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("train/y_train.txt", lambda text: text.replace(text[0], "7", 1), "y_train.txt must have numbers from 1 to 6"),
        ("train/y_train.txt", lambda text: text.replace(text[0], "0", 1), "y_train.txt must have numbers from 1 to 6"),
        ("test/y_test.txt", lambda text: text + "1\n", "and as many as test/subject_test.txt has"),
        ("test/y_test.txt", lambda text: text.replace("\n", "x\n", 1), "test/y_test.txt is broken: .*; get the data"),
        (
            "train/Inertial Signals/body_acc_x_train.txt",
            lambda text: text.partition("\n")[2],
            "body_acc_x_train.txt has 3 rows of 128 numbers, there must be 4 of 128",
        ),
        (
            "train/Inertial Signals/body_acc_x_train.txt",
            lambda text: text[:-17] + "\n",
            "body_acc_x_train.txt is broken",
        ),
    ],
)
def test_broken_files_are_named(files, tmp_path, name, change, message):
    files[f"{ROOT}/{name}"] = change(files[f"{ROOT}/{name}"])
    with pytest.raises(DataError, match=message):
        dataset_human_activity(in_a_folder(files, tmp_path))


def test_broken_archives(files, tmp_path):
    whole = as_the_uci_gives_it(files)
    path = tmp_path / "data.zip"
    for content in (b"<html>not found</html>", whole[:-40], whole[:2000] + bytes(200) + whole[2200:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match="data.zip is no zip archive, or a broken one: get it again"):
            dataset_human_activity(path)


def test_paths_that_cannot_be_meant(tmp_path):
    with pytest.raises(DataError, match="there is no .*nothing; path=None downloads the data"):
        dataset_human_activity(tmp_path / "nothing")
    for path in (3, "", True):
        with pytest.raises(InvalidValueError, match="path must be a zip archive or a folder, or None, it got"):
            dataset_human_activity(path)


# Simulated ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulated():
    return simulate_human_activity(subjects=20, windows=5, seed=1)


def test_the_form_is_that_of_the_data(simulated):
    assert repr(simulated) == (
        "<dataset\n  train <x: float32 (420, 128, 9); y: int64 (420,); 14 subjects>\n"
        "  test  <x: float32 (180, 128, 9); y: int64 (180,); 6 subjects>>"
    )
    assert simulated.activities == ACTIVITIES and simulated.channels == CHANNELS
    for part in simulated:
        for person in set(part.subjects.tolist()):
            np.testing.assert_array_equal(np.bincount(part.y[part.subjects == person]), [5] * 6)
        assert (np.diff(part.subjects) >= 0).all()  # people stand together


def test_no_person_is_in_both_parts(simulated):
    train, test = set(simulated.train.subjects.tolist()), set(simulated.test.subjects.tolist())
    assert not train & test and train | test == set(range(20))


def test_one_seed_gives_one_set_of_data(simulated):
    again, other = (simulate_human_activity(subjects=20, windows=5, seed=seed) for seed in (1, 2))
    np.testing.assert_array_equal(again.train.x, simulated.train.x)
    np.testing.assert_array_equal(again.test.subjects, simulated.test.subjects)
    assert not np.array_equal(other.train.x, simulated.train.x)
    assert not np.array_equal(other.test.subjects, simulated.test.subjects)


@pytest.mark.parametrize(("subjects", "test_split", "sizes"), [(1, 0.9, (1, 0)), (4, 0, (4, 0)), (3, 0.99, (1, 2))])
def test_how_many_people_are_held_out(subjects, test_split, sizes):
    data = simulate_human_activity(subjects=float(subjects), windows=1, test_split=test_split)
    assert tuple(len(part.y) // 6 for part in data) == sizes
    assert data.test.x.shape[1:] == (128, 9)


def test_units_and_gravity(simulated):
    """Total acceleration without the body's is one g in length; who stands has it along x, who lies has not."""
    x, y = simulated.train
    gravity = x[:, :, 6:] - x[:, :, :3]
    np.testing.assert_allclose(np.linalg.norm(gravity, axis=-1), 1, atol=1e-4)
    upright = gravity[:, 0, 0]
    assert upright[y != ACTIVITIES.index("LAYING")].min() > 0.5
    assert abs(upright[y == ACTIVITIES.index("LAYING")]).max() < 0.5
    moving = y < 3
    strength = x[:, :, :3].std(axis=(1, 2))
    assert strength[moving].min() > 2 * strength[~moving].max()
    assert abs(x[:, :, :3]).max() < 3 and abs(x[:, :, 3:6]).max() < 6  # g, radians a second


def test_steps_are_as_fast_as_steps_are(simulated):
    x, y = simulated.train
    spectrum = abs(np.fft.rfft(x[:, :, 0] - x[:, :, 0].mean(axis=1, keepdims=True), n=1024, axis=1))
    hertz = np.fft.rfftfreq(1024, 1 / 50)[spectrum.argmax(axis=1)]
    walking = hertz[y < 3]
    assert ((walking > 1.3) & (walking < 2.5)).mean() > 0.9  # of some people the first overtone is stronger


def test_what_the_mean_of_each_channel_does_not_tell(simulated):
    """The nearest of the mean values knows the postures, and not the walking."""
    (x, y), (x_test, y_test) = ((part.x.mean(axis=1), part.y) for part in simulated)
    centres = np.stack([x[y == activity].mean(axis=0) for activity in range(6)])
    nearest = np.linalg.norm(x_test[:, None] - centres, axis=-1).argmin(axis=1)
    right = np.array([(nearest[y_test == activity] == activity).mean() for activity in range(6)])
    assert right[3:].mean() > 0.7
    assert right[:3].mean() < 0.6


def test_the_form_of_a_step_tells_going_up_from_going_down(simulated):
    """Going up, acceleration builds up and ends suddenly; going down, it comes suddenly and fades."""
    x, y = simulated.train
    smooth = np.stack([np.convolve(window, np.ones(5) / 5, "valid") for window in x[:, :, 0]])
    slope = np.diff(smooth, axis=1)
    skew = (slope**3).mean(axis=1) / (slope**2).mean(axis=1) ** 1.5
    assert (skew[y == ACTIVITIES.index("WALKING_UPSTAIRS")] < 0).mean() > 0.9
    assert (skew[y == ACTIVITIES.index("WALKING_DOWNSTAIRS")] > 0).mean() > 0.9


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("subjects", 0, "subjects must be at least 1, it got 0"),
        ("windows", 2.5, "windows"),
        ("test_split", 1, "test_split must be a fraction"),
        ("test_split", 30, "30 percent are 0.3"),
        ("seed", None, "seed is None"),
        ("seed", -1, "seed must be at least 0"),
    ],
)
def test_arguments_that_cannot_be_meant(argument, value, message):
    with pytest.raises(InvalidValueError, match=f"simulate_human_activity: .*{message}|{message}"):
        simulate_human_activity(**{argument: value})


def test_both_are_public():
    assert {"dataset_human_activity", "simulate_human_activity"} <= set(pk.__all__)
    with pytest.raises(pk.ArgumentError, match="did you mean windows"):
        simulate_human_activity(window=3)
