"""Small trees of images, whose pixels tell which image it is."""

import numpy as np
import pytest
from PIL import Image

COLORS = {"cats": 50, "dogs": 150, "emus": 250}  # of image i of a class: this plus i


@pytest.fixture
def tree(tmp_path):
    """A folder with folders cats (4 images), dogs (3) and emus (2), 10 high and 8 wide, each in one grey of its own."""
    for count, (name, grey) in zip((4, 3, 2), COLORS.items(), strict=True):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(np.full((10, 8, 3), grey + i, "uint8")).save(tmp_path / "pets" / name / f"{i}.png")
    (tmp_path / "pets" / "cats" / "notes.txt").write_text("no image")
    return tmp_path / "pets"


@pytest.fixture
def images():
    """Images with a gradient, so that every change shows: 7 of 6 x 5 with 3 channels, from 0 to 255."""
    return np.random.default_rng(3).uniform(0, 255, (7, 6, 5, 3)).astype("float32")
