"""What a phone at the waist measures while its owner walks, sits or lies: the UCI's data, and simulated data like it.

data = dataset_human_activity()      downloaded when first asked for
data = simulate_human_activity()     made here from a seed, in the same form
(x_train, y_train), (x_test, y_test) = data
data.train.subjects, data.activities, data.channels
"""

import contextlib
import io
import os
import zipfile
import zlib
from pathlib import Path

from pipekeras.downloading import get_file
from pipekeras.errors import DataError, InvalidValueError
from pipekeras.fetching import Dataset, Part
from pipekeras.pipe import Checked
from pipekeras.values import count, share

__all__ = ["dataset_human_activity", "simulate_human_activity"]

URL = "https://archive.ics.uci.edu/static/public/240/human+activity+recognition+using+smartphones.zip"
FILE = "human+activity+recognition+using+smartphones.zip"

# In the order of the files' numbers, from which 1 is taken.
ACTIVITIES = ("WALKING", "WALKING_UPSTAIRS", "WALKING_DOWNSTAIRS", "SITTING", "STANDING", "LAYING")
CHANNELS = tuple(f"{signal}_{axis}" for signal in ("body_acc", "body_gyro", "total_acc") for axis in "xyz")
READINGS, RATE = 128, 50  # of a window; in a second


class ActivityPart(Part):
    """The training or the test part: `x, y = part` as any, and `part.subjects`, who wore the phone in each window."""

    subjects = None

    def __new__(cls, x, y, subjects=None):
        part = super().__new__(cls, x, y)
        part.subjects = subjects
        return part

    def __getitem__(self, key):
        return self.subjects if isinstance(key, str) and key == "subjects" else super().__getitem__(key)

    def __repr__(self):
        people = "" if self.subjects is None else f"; {len(set(self.subjects.tolist()))} subjects"
        return f"{super().__repr__()[:-1]}{people}>"


class ActivityDataset(Dataset):
    """A dataset of activities: what they are called, and what the channels are, stands with it."""

    activities = ACTIVITIES
    channels = CHANNELS


# The data of the UCI --------------------------------------------------------------------------------------------------


@Checked
def dataset_human_activity(path=None):
    """Six activities of 30 people, as the phones at their waists measured them: 10,299 windows of 2.56 seconds.

    Args:
        path: where the data is if not in Keras's cache folder: the archive as the UCI gives it, the archive inside of
            it, or the folder that they unpack to. None for the archive in the cache folder, to which it is downloaded
            (60 MB) if it is not there.

    Returns:
        `train` (7,352 windows of 21 people) and `test` (2,947 of the other 9), each with `x`, float32 of shape
        `(n, 128, 9)`: 128 readings, 50 a second, in the 9 channels `channels`, body_acc and total_acc (without and with
        gravity) in g and body_gyro in radians a second; `y`, int64 of shape `(n,)`, the place of the activity in
        `activities`; and `subjects`, int64 of shape `(n,)`, who it was, from 0. Windows of one person stand together,
        and overlap by half.

    Raises:
        DataError: if the data is not there and cannot be downloaded, or is not what it should be.
        InvalidValueError: if `path` is no path.

    Source: D. Anguita, A. Ghio, L. Oneto, X. Parra and J. L. Reyes-Ortiz, A Public Domain Dataset for Human Activity
    Recognition Using Smartphones, ESANN 2013; UCI Machine Learning Repository, doi:10.24432/C54S4K, CC BY 4.0. Not in
    the R packages; shaped as R `keras3::dataset_mnist`.
    """
    where = "dataset_human_activity"
    if path is None:
        path = _downloaded(where)
    elif not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise InvalidValueError(f"{where}: path must be a zip archive or a folder, or None, it got {path!r}")
    with _files(Path(path).expanduser(), where) as files:
        return ActivityDataset(_part("train", files, where), _part("test", files, where))


def _downloaded(where):
    try:
        return get_file(FILE, URL)
    except DataError as error:
        raise DataError(
            f"{where}: {str(error).removeprefix('get_file: ')}; simulate_human_activity() needs no download"
        ) from error


# What reading a broken archive raises.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError)


@contextlib.contextmanager
def _files(path, where):
    """The data's files as `{"train/y_train.txt": a function that opens it}`, from a folder or an archive."""
    if path.is_dir():
        texts = {file.relative_to(path).as_posix(): file for file in path.rglob("*.txt")}
        yield _chosen({name: lambda file=file: file.open("rb") for name, file in texts.items()}, path, where)
        return
    if not path.exists():
        raise DataError(f"{where}: there is no {path}; path=None downloads the data")
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            texts = _zipped(archive)
        except _BROKEN as error:
            raise DataError(f"{where}: {path} is no zip archive, or a broken one: get it again") from error
        yield _chosen(texts, path, where)


def _zipped(archive):
    """The text files of an archive; if they are none of the data's, those of an archive inside of it."""
    # Archives made on a Mac have a second, hidden file for each.
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    texts = {name: lambda name=name: archive.open(name) for name in names if name.endswith(".txt")}
    if not any(name.endswith("y_train.txt") for name in texts):
        for name in names:
            if name.lower().endswith(".zip"):
                texts.update(_zipped(zipfile.ZipFile(io.BytesIO(archive.read(name)))))
    return texts


def _chosen(texts, path, where):
    """Those that are wanted, in whichever folder they are; all must be there."""
    wanted = [f"{part}/{kind}_{part}.txt" for part in ("train", "test") for kind in ("y", "subject")]
    wanted += [f"{part}/Inertial Signals/{name}_{part}.txt" for part in ("train", "test") for name in CHANNELS]
    found = {want: opened for want in wanted for name, opened in texts.items() if f"/{name}".endswith(f"/{want}")}
    lacking = [want for want in wanted if want not in found]
    if lacking:
        more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
        raise DataError(
            f"{where}: {path} lacks {lacking[0]}{more}; it must be the archive from {URL}, or the folder"
            ' "UCI HAR Dataset" that it unpacks to'
        )
    return found


def _part(part, files, where):
    import numpy as np

    def table(name, dtype):
        try:
            with files[name]() as file, io.TextIOWrapper(file, encoding="ascii") as text:
                return np.loadtxt(text, dtype=dtype, ndmin=2)
        except (ValueError, *_BROKEN) as error:
            raise DataError(f"{where}: {name} is broken: {error}; get the data again") from error

    y, subjects = (table(f"{part}/{kind}_{part}.txt", "int64").ravel() - 1 for kind in ("y", "subject"))
    if not set(y.tolist()) <= set(range(len(ACTIVITIES))) or len(subjects) != len(y):
        raise DataError(
            f"{where}: {part}/y_{part}.txt must have numbers from 1 to {len(ACTIVITIES)}, and as many as"
            f" {part}/subject_{part}.txt has; get the data again"
        )
    x = np.empty((len(y), READINGS, len(CHANNELS)), "float32")
    for channel, name in enumerate(CHANNELS):
        name = f"{part}/Inertial Signals/{name}_{part}.txt"
        values = table(name, "float32")
        if values.shape != x.shape[:2]:
            raise DataError(
                f"{where}: {name} has {values.shape[0]} rows of {values.shape[1]} numbers, there must be {len(y)} of"
                f" {READINGS}; get the data again"
            )
        x[:, :, channel] = values
    return ActivityPart(x, y, subjects)


# Simulated ------------------------------------------------------------------------------------------------------------

# Of each activity that moves: steps a second, size of the swing in g, how far the body leans forward in degrees, and
# the form of a step. 0 is an even bump; above, it comes suddenly and fades, as one lands on the stair below; under 0 it
# builds up and ends suddenly, as one pushes off to the stair above.
_STEPS = {
    "WALKING": (1.85, 0.26, 2.0, 0.0),
    "WALKING_UPSTAIRS": (1.75, 0.28, 6.0, -0.9),
    "WALKING_DOWNSTAIRS": (1.90, 0.32, 2.0, 0.9),
}
# Of each that does not: how far the phone is tilted backwards in degrees, how much that differs between people, and the
# swaying in g.
_POSTURES = {"SITTING": (28.0, 6.0, 0.004), "STANDING": (2.0, 3.0, 0.008), "LAYING": (90.0, 8.0, 0.004)}
_HARMONICS = 4
# Standard deviations of what is not regular, in g and in radians a second: while one steps, and at rest.
_NOISE = {"steps": (0.08, 0.2), "rest": (0.012, 0.025)}


@Checked
def simulate_human_activity(subjects=30, windows=10, test_split=0.3, seed=113):
    """Windows like those of `dataset_human_activity()`, made from a seed without a download.

    People differ in how fast and how hard they step and in how the phone sits on their belt. Walking, upstairs and
    downstairs have a step of their own each, which begins anywhere in the window; sitting, standing and lying have
    their direction of gravity, and a little swaying. It serves to try and to teach; it says nothing of real people.

    Args:
        subjects: how many people.
        windows: how many windows of each person and activity.
        test_split: the fraction of the people, chosen at random, who are the test part; from 0 up to, not including, 1.
            At least one stays for training.
        seed: for all that is random; one seed gives one set of data, wherever it runs.

    Returns:
        `train` and `test`, each with `x`, `y` and `subjects`, and with them `activities` and `channels`: see
        `dataset_human_activity()`. All windows of one person stand together; they do not overlap.

    Raises:
        InvalidValueError: if `subjects` or `windows` is not a whole number from 1, `seed` not one from 0, or
            `test_split` not such a fraction.

    Source: shaped as the data of Anguita et al., ESANN 2013, which `dataset_human_activity()` loads.
    """
    import numpy as np

    where = "simulate_human_activity"
    subjects, windows = count(subjects, "subjects", where, least=1), count(windows, "windows", where, least=1)
    test_split, seed = share(test_split, "test_split", where), count(seed, "seed", where, least=0)
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(subjects), len(ACTIVITIES) * windows)
    y = np.tile(np.repeat(np.arange(len(ACTIVITIES)), windows), subjects)
    x = np.concatenate([_person(windows, rng) for _ in range(subjects)])
    held_out = rng.permutation(subjects)[: min(round(subjects * test_split), subjects - 1)]
    test = np.isin(people, held_out)
    return ActivityDataset(
        ActivityPart(x[~test], y[~test], people[~test]), ActivityPart(x[test], y[test], people[test])
    )


def _person(windows, rng):
    """All windows of one person, activity after activity: (6 * windows, 128, 9)."""
    import numpy as np

    gait = {
        "tempo": rng.normal(1, 0.07),
        "force": np.exp(rng.normal(0, 0.25)),
        "form": rng.normal(0, 0.1),
        "overtones": np.exp(rng.normal(0, 0.2, _HARMONICS)),
        "phases": rng.normal(0, 0.3, 6),  # of what goes along with the up and down, in radians
    }
    mounting = _rotation(*np.radians(rng.normal(0, 5, 3)))
    parts = []
    for activity in ACTIVITIES:
        if activity in _STEPS:
            body, gyro, gravity = _stepping(*_STEPS[activity], gait, windows, rng)
        else:
            body, gyro, gravity = _resting(*_POSTURES[activity], windows, rng)
        noise = _NOISE["steps" if activity in _STEPS else "rest"]
        body, gyro = (regular + rng.normal(0, n, regular.shape) for regular, n in zip((body, gyro), noise, strict=True))
        signals = [body, gyro, body + gravity[:, None]]
        parts.append(np.concatenate([signal @ mounting.T for signal in signals], axis=-1))
    return np.concatenate(parts).astype("float32")


def _stepping(tempo, swing, lean, form, gait, windows, rng):
    """Body acceleration and rotation (windows, 128, 3) and the direction of gravity (windows, 3) of one who steps.

    Axes are those of the phone in the UCI's data: x up, y to the side, z forward.
    """
    import numpy as np

    tempo = tempo * gait["tempo"] * rng.normal(1, 0.08, (windows, 1))
    start = rng.uniform(0, 2 * np.pi, (windows, 1))
    step = 2 * np.pi * tempo * np.arange(READINGS) / RATE + start  # the phase of a step; of two steps, left and right:
    stride = step / 2 + np.pi * rng.integers(0, 2, (windows, 1))
    swing = swing * gait["force"] * np.exp(rng.normal(0, 0.1, (windows, 1)))
    delay = (form + gait["form"] + rng.normal(0, 0.08, (windows, 1))) * np.pi / 2
    up = sum(gait["overtones"][k - 1] / k * np.cos(k * step - delay) for k in range(1, _HARMONICS + 1))
    side, forward, again, roll, nod, yaw = gait["phases"]
    forward = 0.7 * np.sin(step + forward) + 0.2 * np.cos(2 * step + again)
    body = swing[..., None] * np.stack([up, 0.9 * np.cos(stride + side), forward], axis=-1)
    turn = [2.5 * np.sin(stride + roll), 2.8 * np.cos(step + nod), 1.8 * np.cos(stride + yaw)]
    turn = swing[..., None] * np.stack(turn, axis=-1)
    pitch = np.radians(-lean + rng.normal(0, 3, windows))
    return body, turn, _gravity(pitch, np.zeros(windows))


def _resting(tilt, spread, sway, windows, rng):
    """The same of one who sits, stands or lies."""
    import numpy as np

    tilt, roll = tilt + rng.normal(0, spread), rng.uniform(-50, 50) if tilt > 45 else 0.0  # on the back, or turned
    pitch = np.radians(tilt + rng.normal(0, 2, windows))
    phase = rng.uniform(0, 2 * np.pi, (windows, 1, 3))
    slow = rng.uniform(0.2, 0.7, (windows, 1, 3))  # turns a second
    swaying = np.sin(2 * np.pi * slow * np.arange(READINGS)[:, None] / RATE + phase)
    turn = 3 * sway * np.cos(2 * np.pi * slow * np.arange(READINGS)[:, None] / RATE + phase)
    return sway * swaying, turn, _gravity(pitch, np.radians(roll + rng.normal(0, 3, windows)))


def _gravity(pitch, roll):
    """Where up is, as the phone feels it, one g long: x if it hangs upright, z if it lies on its back."""
    import numpy as np

    return np.stack([np.cos(pitch), np.sin(pitch) * np.sin(roll), np.sin(pitch) * np.cos(roll)], axis=-1)


def _rotation(a, b, c):
    """The matrix that turns by a around x, then b around y, then c around z."""
    import numpy as np

    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return z @ y @ x
