"""vignettes/cnn_classification.py learns other images by one argument: grey ones, and photographs in colour."""

import gzip
from pathlib import Path

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.any_backend]

VIGNETTE = Path(__file__).parents[2] / "vignettes" / "cnn_classification.py"

RUN = f"""
import runpy, sys
sys.argv = [{str(VIGNETTE)!r}, "--data", DATA]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def images(n, shape, seed):
    """Ten patterns of blocks, the same for every seed, under noise: easy to learn, and not without learning."""
    patterns = np.random.default_rng(0).integers(0, 160, (10, shape[0] // 4, shape[1] // 4, *shape[2:]))
    patterns = patterns.repeat(4, axis=1).repeat(4, axis=2)
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n).astype("uint8")
    return (patterns[labels] + rng.integers(0, 80, (n, *shape))).astype("uint8"), labels


def quick(run_python, code, data, **environment):
    """The three result lines that the vignette prints."""
    printed = run_python(
        f"DATA = {data!r}\n{code}", timeout=600, PIPEKERAS_QUICK="1", OMP_NUM_THREADS="1", **environment
    )
    return [line for line in printed.splitlines() if "unseen images right" in line]


def test_grey_images_from_keras_cache(tmp_path, run_python):
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for part, n, seed in [("train", 1200, 1), ("t10k", 300, 2)]:
        x, y = images(n, (28, 28), seed)
        # Keras skips the headers of 16 and 8 bytes, and looks at no checksum of these files.
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(16) + x.tobytes()))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(bytes(8) + y.tobytes()))

    results = quick(run_python, RUN, "fashion_mnist", KERAS_HOME=str(tmp_path))
    assert len(results) == 3
    assert "28x28x3, 14x14x3, 588, 20 and 5" in results[0]
    assert all("of 300 unseen images" in line for line in results[1:])


def test_photographs_in_colour(tmp_path, run_python):
    (x, y), (x_test, y_test) = images(1000, (32, 32, 3), 1), images(200, (32, 32, 3), 2)
    np.savez(tmp_path / "photographs.npz", x=x, y=y[:, None], x_test=x_test, y_test=y_test[:, None])

    # Keras would hold its archive to a checksum, so its loader is replaced, and all behind it is real.
    loader = f"""
import keras, numpy
files = numpy.load({str(tmp_path / "photographs.npz")!r})
photographs = (files["x"], files["y"]), (files["x_test"], files["y_test"])
keras.datasets.cifar10.load_data = lambda: photographs
"""
    results = quick(run_python, loader + RUN, "cifar10")
    assert len(results) == 3
    assert all("of 200 unseen images" in line for line in results[1:])
