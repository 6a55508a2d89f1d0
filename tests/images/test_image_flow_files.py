"""flow_images_from_directory and flow_images_from_dataframe: which files, which classes, which targets."""

import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import pipekeras as pk
from pipekeras import flow_images_from_dataframe, flow_images_from_directory, image_data_generator

SIZE = dict(target_size=(10, 8))


def greys(x):
    """The grey of each image in a batch, which tells the image."""
    assert (x == x[:, :1, :1, :1]).all()
    return x[:, 0, 0, 0].astype(int).tolist()


def test_the_tree(tree, capsys):
    flow = flow_images_from_directory(tree, shuffle=False, **SIZE)
    assert capsys.readouterr().out == "Found 9 images belonging to 3 classes.\n"
    assert flow.class_indices == {"cats": 0, "dogs": 1, "emus": 2}
    assert flow.classes.tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2]
    assert flow.filenames[:5] == [os.path.join("cats", f"{i}.png") for i in range(4)] + [os.path.join("dogs", "0.png")]
    assert flow.filepaths[0] == os.path.join(tree, "cats", "0.png")
    assert (flow.n, flow.samples, flow.num_classes, flow.image_shape) == (9, 9, 3, (10, 8, 3))
    assert np.array_equal(flow.labels, flow.classes)
    x, y = flow[0]
    assert greys(x) == [50, 51, 52, 53, 150, 151, 152, 250, 251]
    assert np.array_equal(y, np.eye(3)[flow.classes])
    assert "classes cats, dogs, emus" in repr(flow)


def test_the_folder_is_piped_in(tree):
    generator = image_data_generator(rescale=0.5)
    flow = str(tree) >> flow_images_from_directory(generator, shuffle=False, **SIZE)
    assert flow.image_data_generator is generator and greys(flow[0][0])[0] == 25


def test_keras_can_be_told_to_be_quiet(tree, capsys):
    import keras

    keras.config.disable_interactive_logging()
    try:
        flow_images_from_directory(tree)
    finally:
        keras.config.enable_interactive_logging()
    assert capsys.readouterr().out == ""


def test_images_and_labels_stay_together_when_shuffled(tree):
    flow = flow_images_from_directory(tree, class_mode="sparse", batch_size=2, seed=1, **SIZE)
    pairs = [(grey, label) for x, y in flow for grey, label in zip(greys(x), y, strict=True)]
    assert [grey for grey, _ in pairs] != sorted(grey for grey, _ in pairs)
    assert {(grey // 100, int(label)) for grey, label in pairs} == {(0, 0), (1, 1), (2, 2)}
    assert len(pairs) == 9


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("categorical", [[1, 0], [1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [0, 1]]), ("binary", [0, 0, 0, 0, 1, 1, 1]),
     ("sparse", [0, 0, 0, 0, 1, 1, 1])],
)  # fmt: skip
def test_class_modes(tree, mode, expected):
    flow = flow_images_from_directory(tree, classes=["cats", "dogs"], class_mode=mode, shuffle=False, **SIZE)
    y = flow[0][1]
    assert y.tolist() == expected
    assert y.dtype == "float32"


def test_images_as_targets_and_no_targets(tree):
    x, y = flow_images_from_directory(tree, image_data_generator(rescale=1 / 255), class_mode="input", **SIZE)[0]
    assert np.array_equal(x, y) and x is not y and x.max() <= 1
    flow = flow_images_from_directory(tree, class_mode=None, shuffle=False, **SIZE)
    assert greys(flow[0])[:2] == [50, 51]


def test_the_order_of_the_classes_is_the_users(tree):
    flow = flow_images_from_directory(tree, classes=("emus", "cats"), class_mode="sparse", shuffle=False, **SIZE)
    assert flow.class_indices == {"emus": 0, "cats": 1}
    assert greys(flow[0][0]) == [250, 251, 50, 51, 52, 53]


def test_subsets_take_a_share_of_each_class(tree):
    generator = image_data_generator(validation_split=0.5)
    arguments = dict(class_mode="sparse", shuffle=False, **SIZE)
    front = flow_images_from_directory(tree, generator, subset="validation", **arguments)
    rest = flow_images_from_directory(tree, generator, subset="training", **arguments)
    assert greys(front[0][0]) == [50, 51, 150, 250]
    assert greys(rest[0][0]) == [52, 53, 151, 152, 251]


def test_sizes_colors_and_channels(tree):
    grey = flow_images_from_directory(tree, color_mode="grayscale", target_size=4)
    assert grey[0][0].shape == (9, 4, 4, 1)
    assert grey.image_shape == (4, 4, 1)
    first = flow_images_from_directory(
        tree, image_data_generator(data_format="channels_first"), color_mode="rgba", target_size=[5.0, 6.0]
    )
    assert first[0][0].shape == (9, 4, 5, 6) == (9, *first.image_shape)
    assert flow_images_from_directory(tree)[0][0].shape == (9, 256, 256, 3)


def test_folders_below_and_links(tree):
    (tree / "cats" / "kittens").mkdir()
    os.rename(tree / "cats" / "3.png", tree / "cats" / "kittens" / "3.png")
    flow = flow_images_from_directory(tree, shuffle=False, **SIZE)
    assert flow.filenames[3] == os.path.join("cats", "kittens", "3.png")
    (tree / "foxes").mkdir()
    (tree / "foxes" / "more").symlink_to(tree / "dogs", target_is_directory=True)
    assert flow_images_from_directory(tree).samples == 9
    assert flow_images_from_directory(tree, follow_links=True).samples == 12
    assert flow_images_from_directory(tree).num_classes == 4


def test_a_flat_folder(tree):
    flow = flow_images_from_directory(tree / "cats", classes=["."], class_mode=None, shuffle=False, **SIZE)
    assert greys(flow[0]) == [50, 51, 52, 53]


def test_directory_errors(tree, tmp_path):
    def fails(message, error=pk.DataError, directory=tree, **arguments):
        with pytest.raises(error, match=f"^flow_images_from_directory: {message}"):
            flow_images_from_directory(directory, **arguments)

    fails("directory .*gone is not there; paths start at ", directory=tmp_path / "gone")
    fails("directory .*0.png is a file, not a folder", directory=tree / "cats" / "0.png")
    fails("directory must be a path, it got 3", pk.InvalidValueError, directory=3)
    (tmp_path / "empty" / "cats").mkdir(parents=True)
    fails("there are no images .*png, .* in the folders of .*empty: cats", directory=tmp_path / "empty")
    fails(r'.*cats holds 4 images itself; .*class_mode=None, classes=\["\."\]', directory=tree / "cats")
    fails('classes has "dog", but .* has no such folder; did you mean "dogs"', classes=["cats", "dog"])
    fails("classes must be a list of names, it got 'cats'", pk.InvalidValueError, classes="cats")
    fails(
        'class_mode="binary" is for two classes, .* has 3: cats, dogs, emus', pk.InvalidValueError, class_mode="binary"
    )
    fails("class_mode must be one of .*did you mean sparse", pk.InvalidValueError, class_mode="spars")
    fails('color_mode must be one of "rgb", "rgba", "grayscale"', pk.InvalidValueError, color_mode="gray")
    fails("target_size must be", pk.InvalidValueError, target_size=(1, 2, 3))
    with pytest.raises(pk.ArgumentError, match="no argument batch; did you mean batch_size"):
        flow_images_from_directory(tree, batch=3)


def test_too_few_for_the_share(tree):
    with pytest.raises(pk.DataError, match="that share of the images in .* is none at all"):
        flow_images_from_directory(tree, image_data_generator(validation_split=0.1), subset="validation")


# Data frames ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def frame():
    names = [os.path.join("cats", f"{i}.png") for i in range(4)] + [os.path.join("dogs", f"{i}.png") for i in range(3)]
    return pd.DataFrame(
        {"filename": names, "class": ["cat"] * 4 + ["dog"] * 3, "age": np.arange(7) / 2, "legs": [4] * 7,
         "weight": [1.0, 2, 3, 4, 5, 6, 7]}
    )  # fmt: skip


def test_a_frame(tree, frame, capsys):
    flow = flow_images_from_dataframe(frame, tree, shuffle=False, **SIZE)
    assert capsys.readouterr().out == "Found 7 validated image filenames belonging to 2 classes.\n"
    assert flow.class_indices == {"cat": 0, "dog": 1}
    assert flow.classes.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert flow.filenames == frame["filename"].tolist()
    x, y = flow[0]
    assert greys(x) == [50, 51, 52, 53, 150, 151, 152]
    assert np.array_equal(y, np.eye(2)[flow.classes])


def test_pipes_dicts_and_whole_paths(tree, frame):
    piped = frame >> flow_images_from_dataframe(tree, class_mode="binary", shuffle=False, **SIZE)
    assert piped[0][1].tolist() == [0, 0, 0, 0, 1, 1, 1]
    columns = {"filename": [str(tree / "cats" / "0.png")], "class": ["a"]}
    assert greys(flow_images_from_dataframe(columns, **SIZE)[0][0]) == [50]


def test_targets(tree, frame):
    def targets(**arguments):
        return flow_images_from_dataframe(frame, tree, shuffle=False, **SIZE, **arguments)[0][1]

    assert targets(class_mode="raw", y_col="age").tolist() == frame["age"].tolist()
    assert targets(class_mode="other", y_col="age").tolist() == frame["age"].tolist()
    assert np.array_equal(targets(class_mode="raw", y_col=["age", "legs"]), frame[["age", "legs"]].to_numpy())
    several = targets(class_mode="multi_output", y_col=["age", "legs"])
    assert isinstance(several, tuple) and [part.shape for part in several] == [(7,), (7,)]
    assert targets(class_mode="sparse", classes=["dog", "cat"]).tolist() == [1, 1, 1, 1, 0, 0, 0]
    assert targets(class_mode="input").shape == (7, 10, 8, 3)
    assert isinstance(flow_images_from_dataframe(frame, tree, class_mode=None)[0], np.ndarray)


def test_factors_and_cells_with_several_classes(tree, frame):
    frame["class"] = frame["class"].astype("category")
    assert flow_images_from_dataframe(frame, tree).class_indices == {"cat": 0, "dog": 1}
    frame["class"] = [["a"], ["b", "a"], ["c"], ["a"], ["b"], ["c", "b"], ["a"]]
    flow = flow_images_from_dataframe(frame, tree, shuffle=False, **SIZE)
    assert flow[0][1][:3].tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]
    with pytest.raises(pk.DataError, match='images of several classes, which takes class_mode="categorical"'):
        flow_images_from_dataframe(frame, tree, class_mode="sparse")


def test_weights(tree, frame):
    flow = flow_images_from_dataframe(frame, tree, weight_col="weight", batch_size=3, seed=1, **SIZE)
    for x, _, weights in flow:
        order = [50, 51, 52, 53, 150, 151, 152]
        assert [order.index(grey) + 1 for grey in greys(x)] == weights.tolist()


def test_subsets_of_a_frame(tree, frame):
    generator = image_data_generator(validation_split=0.3)
    front = flow_images_from_dataframe(frame, tree, generator=generator, subset="validation", shuffle=False, **SIZE)
    rest = flow_images_from_dataframe(frame, tree, generator=generator, subset="training", shuffle=False, **SIZE)
    assert (greys(front[0][0]), front.classes.tolist()) == ([50, 51], [0, 0])
    assert (greys(rest[0][0]), rest.classes.tolist()) == ([52, 53, 150, 151, 152], [0, 0, 1, 1, 1])
    assert front.class_indices == rest.class_indices


def test_files_that_are_not_there(tree, frame):
    frame.loc[2, "filename"] = "cats/gone.png"
    frame.loc[3, "filename"] = "cats/notes.txt"
    with pytest.warns(
        UserWarning, match=r'2 of the 7 files in column "filename" are left out, .*: cats/gone.png, cats/n'
    ):
        flow = flow_images_from_dataframe(frame, tree, shuffle=False, **SIZE)
    assert greys(flow[0][0]) == [50, 51, 150, 151, 152]
    unchecked = flow_images_from_dataframe(frame, tree, validate_filenames=False, shuffle=False, **SIZE)
    assert unchecked.samples == 7
    with pytest.raises(pk.DataError, match="there is no file .*gone.png"):
        unchecked[0]
    with pytest.raises(pk.DataError, match='none of the 7 files in column "filename" is an image that is there'):
        flow_images_from_dataframe(frame)


def test_rows_without_a_class(tree, frame):
    frame.loc[0, "class"] = None
    with pytest.warns(UserWarning, match='1 of the 7 images have no class in column "class"'):
        flow = flow_images_from_dataframe(frame, tree, shuffle=False, **SIZE)
    assert flow.samples == 6
    assert flow_images_from_dataframe(frame, tree, class_mode="raw", y_col="age").samples == 7


def test_duplicates(tree, frame):
    twice = pd.concat([frame, frame])
    assert flow_images_from_dataframe(twice, tree).samples == 14
    assert flow_images_from_dataframe(twice, tree, drop_duplicates=True).samples == 7


def test_frame_errors(tree, frame):
    def fails(message, error=pk.DataError, dataframe=frame, **arguments):
        with pytest.raises(error, match=f"^flow_images_from_dataframe: {message}"):
            flow_images_from_dataframe(dataframe, tree, **arguments)

    fails('the data frame has no column "file"; did you mean "filename"', x_col="file")
    fails('the data frame has no column "kind"; it has filename, class, age, legs, weight', y_col="kind")
    fails('the data frame has no column "w"; did you mean "weight"', weight_col="w")
    fails('column "age" must hold the names of files, it has 0.0', x_col="age")
    fails(r'.*takes names of classes, column "age" has 0.0: .*astype\(str\).* class_mode="raw"', y_col="age")
    fails(
        'class_mode="binary" is for two classes, there are 1: dog',
        pk.InvalidValueError,
        class_mode="binary",
        classes=["dog"],
    )
    fails('no image has one of the classes fox in column "class"', classes=["fox"])
    fails(r'class_mode="multi_output" takes several columns, y_col=\[', pk.InvalidValueError, class_mode="multi_output")
    fails('class_mode="sparse" takes one column', pk.InvalidValueError, class_mode="sparse", y_col=["class", "age"])
    with pytest.warns(UserWarning, match="classes are ignored with class_mode='raw'"):
        flow_images_from_dataframe(frame, tree, class_mode="raw", y_col="age", classes=["cat"])


def test_damaged_files_are_told(tree):
    (tree / "dogs" / "1.png").write_bytes(b"\x89PNG no more")
    flow = flow_images_from_directory(tree)
    with pytest.raises(pk.DataError, match="dogs.1.png is not an image in a format that Pillow reads"):
        flow[0]
    Image.fromarray(np.zeros((20, 20, 3), "uint8")).save(tree / "dogs" / "1.png")
    whole = (tree / "dogs" / "1.png").read_bytes()
    (tree / "dogs" / "1.png").write_bytes(whole[:-30])
    with pytest.raises(pk.DataError, match="dogs.1.png"):
        flow[0]
