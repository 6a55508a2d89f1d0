"""flow_images_from_data: batches of images in memory, in Python; generator_next; batches made ahead of time."""

import pickle
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipekeras as pk
from pipekeras import (
    fit_image_data_generator,
    flow_images_from_data,
    generator_next,
    image_data_generator,
    image_load,
    image_to_array,
)
from pipekeras.images.ahead import Ahead

LABELS = np.arange(7)


def shaken(**arguments):
    """A generator that changes every image."""
    return image_data_generator(rotation_range=40, width_shift_range=0.3, zoom_range=0.2, **arguments)


def test_without_a_generator_the_images_come_as_they_are(images):
    flow = flow_images_from_data(images, LABELS, batch_size=3.0, shuffle=False)
    assert len(flow) == 3
    batches = list(flow)
    assert [len(x) for x, _ in batches] == [3, 3, 1]
    assert np.array_equal(np.concatenate([x for x, _ in batches]), images)
    assert np.array_equal(np.concatenate([y for _, y in batches]), LABELS)
    assert batches[0][0].dtype == "float32"


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(1, 25), st.integers(0, 5), st.integers(0, 3))
def test_each_pass_has_every_image_once(count, batch_size, seed, passes):
    x = np.arange(count, dtype="float32").reshape(count, 1, 1, 1)
    flow = flow_images_from_data(x, np.arange(count), batch_size=batch_size, seed=seed)
    assert len(flow) == -(-count // batch_size)
    for _ in range(passes + 1):
        batches = list(flow)
        assert [len(y) for _, y in batches[:-1]] == [batch_size] * (len(flow) - 1)
        labels = np.concatenate([y for _, y in batches])
        assert np.array_equal(np.sort(labels), np.arange(count))
        assert np.array_equal(np.concatenate([a for a, _ in batches]).reshape(-1), labels)


def test_passes_differ_and_seeds_repeat_them(images):
    def orders(**arguments):
        flow = flow_images_from_data(images, LABELS, batch_size=7, **arguments)
        return [flow[0][1].tolist() for _ in range(3) if not flow.on_epoch_end()]

    first = orders(seed=1)
    assert orders(seed=1) == first == orders(seed=1.0)
    assert len({tuple(order) for order in first}) == 3
    assert orders(seed=2) != first
    assert orders(shuffle=False) == [LABELS.tolist()] * 3


def test_set_random_seed_seeds_flows_without_a_seed(images):
    def order():
        pk.set_random_seed(5)
        return flow_images_from_data(images, LABELS, shaken())[0]

    (x, y), (again_x, again_y) = order(), order()
    assert np.array_equal(y, again_y)
    assert np.array_equal(x, again_x)


def test_a_batch_is_the_same_each_time_it_is_asked_for(images):
    flow = flow_images_from_data(images, LABELS, shaken(), batch_size=2, seed=3)
    first = flow[1]
    flow[2], flow[0]
    assert np.array_equal(flow[1][0], first[0])
    assert np.array_equal(flow[-3][0], first[0])
    flow.on_epoch_end()
    assert not np.array_equal(flow[1][1], first[1]) or not np.array_equal(flow[1][0], first[0])
    with pytest.raises(IndexError, match="batch 4 of 4; batches count from 0, the last is 3 or -1"):
        flow[4]


def test_changes_follow_the_image_and_not_its_batch(images):
    by_two = flow_images_from_data(images, generator=shaken(), batch_size=2, shuffle=False, seed=3)
    at_once = flow_images_from_data(images, generator=shaken(), batch_size=7, shuffle=False, seed=3)
    assert np.array_equal(np.concatenate(list(by_two)), at_once[0])


def test_next_goes_on_for_ever(images):
    flow = flow_images_from_data(images, LABELS, batch_size=3, seed=1)
    batches = [next(flow) for _ in range(7)]
    assert [len(y) for _, y in batches] == [3, 3, 1, 3, 3, 1, 3]
    for start in (0, 3):
        assert sorted(np.concatenate([y for _, y in batches[start : start + 3]])) == list(range(7))
    flow.reset()
    assert len(next(flow)[1]) == 3


def test_what_the_batches_hold(images):
    assert isinstance(flow_images_from_data(images)[0], np.ndarray)
    weights = np.linspace(0, 1, 7)
    _, y, w = flow_images_from_data(images, LABELS, sample_weight=weights, seed=1)[0]
    assert np.allclose(w, weights[y])
    extra = np.arange(7) * 10.0
    (_, more), y = flow_images_from_data([images, extra], LABELS, seed=1)[0]
    assert np.array_equal(more, y * 10)
    (_, one, two), _ = flow_images_from_data([images, [extra, extra + 1]], LABELS, seed=1)[0]
    assert np.array_equal(two, one + 1)
    _, y = flow_images_from_data(images, pd.Series(list("abababa"), dtype="category"), shuffle=False)[0]
    assert y.tolist() == [0, 1, 0, 1, 0, 1, 0]
    _, y = flow_images_from_data(images, np.eye(7), shuffle=False)[0]
    assert y.dtype == "float32" and np.array_equal(y, np.eye(7))


def test_what_a_flow_tells(images):
    flow = flow_images_from_data(images, LABELS, batch_size=3, seed=9)
    assert (flow.n, flow.samples, flow.batch_size, flow.image_shape, flow.seed) == (7, 7, 3, (6, 5, 3), 9)
    assert repr(flow) == "<flow of 7 images, 6 x 5 x 3, in 3 batches of 3>"


def test_lists_tensors_and_whole_numbers(images):
    import keras

    whole = images.astype("uint8")
    assert np.array_equal(flow_images_from_data(whole, shuffle=False)[0], whole.astype("float32"))
    assert np.array_equal(flow_images_from_data(images.tolist(), shuffle=False)[0], images)
    tensor = keras.ops.convert_to_tensor(images)
    x, y = flow_images_from_data(tensor, keras.ops.convert_to_tensor(LABELS), shuffle=False)[0]
    assert np.array_equal(x, images) and np.array_equal(y, LABELS)


def test_piped(images):
    flow = images >> flow_images_from_data(LABELS, generator=image_data_generator(rescale=0.5), shuffle=False)
    x, y = flow[0]
    assert np.allclose(x, images / 2)
    assert np.array_equal(y, LABELS)
    assert len(images >> flow_images_from_data()) == 1


def test_channels_first(images):
    first = images.transpose(0, 3, 1, 2)
    generator = shaken(data_format="channels_first")
    result = flow_images_from_data(first, generator=generator, shuffle=False, seed=1)[0]
    expected = flow_images_from_data(images, generator=shaken(), shuffle=False, seed=1)[0]
    assert np.array_equal(result.transpose(0, 2, 3, 1), expected)


# Subsets --------------------------------------------------------------------------------------------------------------


def test_the_validation_share_is_in_front(images):
    generator = image_data_generator(validation_split=0.3)
    y = np.array([0, 1, 0, 1, 0, 1, 0])
    front = flow_images_from_data(images, y, generator, subset="validation", shuffle=False)
    rest = flow_images_from_data(images, y, generator, subset="training", shuffle=False)
    assert (front.n, rest.n) == (2, 5)
    assert np.array_equal(np.concatenate([front[0][0], rest[0][0]]), images)


def test_images_sorted_by_class_are_not_cut_in_two(images):
    generator = image_data_generator(validation_split=0.5)
    y = [0, 0, 0, 1, 1, 1, 1]
    with pytest.raises(pk.DataError, match=r"different classes, \[0\] and \[1\]: if they are sorted by class, shuffle"):
        flow_images_from_data(images, y, generator, subset="validation")
    assert flow_images_from_data(images, y, generator, subset="validation", ignore_class_split=True).n == 3
    assert flow_images_from_data(images, np.linspace(0, 1, 7), generator, subset="training").n == 4  # no classes


def test_subset_errors(images):
    with pytest.raises(pk.ArgumentError, match=r'subset="training" needs to know the share: .*validation_split=0.2'):
        flow_images_from_data(images, LABELS, subset="training")
    with pytest.raises(pk.InvalidValueError, match='subset must be one of "training", "validation", it got \'test\''):
        flow_images_from_data(images, LABELS, image_data_generator(validation_split=0.5), subset="test")
    with pytest.raises(pk.DataError, match='subset="validation" of 7 images has none'):
        flow_images_from_data(images, LABELS, image_data_generator(validation_split=0.1), subset="validation")


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (dict(y=[1, 2]), pk.DataError, "x has 7 images, y has 2 values"),
        (dict(y=LABELS, sample_weight=[1.0]), pk.DataError, "x has 7 images, sample_weight has 1 values"),
        (dict(sample_weight=np.ones(7)), pk.ArgumentError, "sample_weight is given without y"),
        (dict(y=list("abcdefg")), pk.DataError, "y"),
        (
            dict(generator=image_data_generator),
            pk.ArgumentError,
            r"without parentheses: image_data_generator\(\.\.\.\)",
        ),
        (dict(generator=3), pk.ArgumentError, r"generator must be what image_data_generator\(\) makes, it got 3"),
        (dict(batch_size=0), pk.InvalidValueError, "batch_size must be at least 1, it got 0"),
        (dict(batch_size=2.5), pk.InvalidValueError, "batch_size must be a whole number, it got 2.5"),
        (dict(seed=-1), pk.InvalidValueError, "seed must be at least 0"),
        (dict(save_to_dir="gone"), pk.DataError, "directory gone is not there"),
        (dict(batchsize=3), pk.ArgumentError, "no argument batchsize; did you mean batch_size"),
    ],
)
def test_errors(images, arguments, error, message):
    with pytest.raises(error, match=f"^flow_images_from_data.*{message}"):
        flow_images_from_data(images, **arguments)


def test_the_wrong_rank(images):
    with pytest.raises(
        pk.DataError, match=r"x must have 4 axes, .* got shape \(7, 6, 5\); grey images need a last axis"
    ):
        flow_images_from_data(images[..., 0])


def test_a_generator_that_was_not_fitted_warns_once(images):
    generator = image_data_generator(featurewise_center=True)
    flow = flow_images_from_data(images, generator=generator, shuffle=False)
    with pytest.warns(UserWarning, match=r"featurewise_center=True\) needs to know the images first") as told:
        batches = [flow[0], flow[0], next(flow), *flow]
    assert len(told) == 1
    assert all(np.array_equal(batch, images) for batch in batches)
    generator >> fit_image_data_generator(images)
    assert np.allclose(flow[0].mean((0, 1, 2)), 0, atol=1e-3)


# Saving what comes out ------------------------------------------------------------------------------------------------


def test_save_to_dir(images, tmp_path):
    flow = flow_images_from_data(
        images, LABELS, image_data_generator(horizontal_flip=True), batch_size=4, shuffle=False, seed=1,
        save_to_dir=tmp_path, save_prefix="aug",
    )  # fmt: skip
    x, _ = flow[1]
    flow[1]  # the same images have the same names
    files = sorted(tmp_path.iterdir())
    assert [f.name.rpartition("_")[0] for f in files] == ["aug_4", "aug_5", "aug_6"]
    saved = image_to_array(image_load(files[0]))
    stretched = (x[0] - x[0].min()) / np.ptp(x[0]) * 255
    assert np.abs(saved - stretched).max() <= 1.01


def test_save_as_jpeg(tmp_path):
    flow = flow_images_from_data(
        np.random.default_rng(0).uniform(size=(2, 9, 9, 4)), save_to_dir=tmp_path, save_format="jpg"
    )
    flow[0]
    assert sorted(image_load(f, "rgb").size for f in tmp_path.glob("*.jpeg")) == [(9, 9), (9, 9)]


# Made ahead of time ---------------------------------------------------------------------------------------------------


def ahead(flow, steps, **arguments):
    given = dict(first=0, end=steps, workers=2, processes=False, queue_size=3) | arguments
    made = Ahead(flow.recipe, **given)
    return [made[i] for i in range(steps)]


def same(some, others):
    return all(
        np.array_equal(x, a) and np.array_equal(y, b) for (x, y), (a, b) in zip(some, others, strict=True)
    )  # fmt: skip


def test_the_same_whoever_makes_them(images):
    def flow():
        return flow_images_from_data(images, LABELS, shaken(channel_shift_range=9), batch_size=2, seed=4)

    plain = [next(a) for a in [flow()] for _ in range(9)]  # two passes and one batch
    assert same(ahead(flow(), 9, workers=1, queue_size=1), plain)
    assert same(ahead(flow(), 9, workers=4, queue_size=10), plain)
    assert same(ahead(flow(), 9, workers=2, processes=True), plain)


def test_who_begins_anew_gets_the_same_again(images):
    flow = flow_images_from_data(images, LABELS, shaken(), batch_size=2, seed=4)
    made = Ahead(flow.recipe, first=0, end=6, workers=2, processes=False, queue_size=4)
    first = [made[0], made[1]]
    assert same([made[0], made[1]], first)
    assert same([made[5]], [flow.recipe.batch(1, 1)])


def test_nothing_is_made_beyond_the_end(images):
    made = []
    generator = image_data_generator(preprocessing_function=lambda image: made.append(1) or image)
    flow = flow_images_from_data(images, LABELS, generator, batch_size=1)
    ahead(flow, 4, queue_size=50)
    assert len(made) == 4


def test_batches_are_made_in_other_threads(images):
    threads = set()
    generator = image_data_generator(preprocessing_function=lambda image: threads.add(threading.get_ident()) or image)
    flow = flow_images_from_data(images, LABELS, generator, batch_size=1, workers=2)
    fed = flow.feed(7)
    [fed[i] for i in range(7)]
    assert threading.get_ident() not in threads
    assert 1 <= len(threads) <= 2


def test_an_error_comes_from_where_it_is_asked_for(images):
    def fails(image):
        raise ZeroDivisionError("of the user's own")

    flow = flow_images_from_data(images, generator=image_data_generator(preprocessing_function=fails))
    with pytest.raises(ZeroDivisionError, match="of the user's own"):
        flow.feed(1)[0]


def test_a_flow_can_be_sent_elsewhere(images):
    flow = flow_images_from_data(images, LABELS, shaken(), seed=3)
    assert same([pickle.loads(pickle.dumps(flow.recipe)).batch(0, 0)], [flow[0]])


def test_workers_are_the_users_choice(images):
    flow = flow_images_from_data(images, workers=3.0, use_multiprocessing=True, max_queue_size=5)
    assert (flow.workers, flow.use_multiprocessing, flow.max_queue_size) == (3, True, 5)
    assert 2 <= flow_images_from_data(images).workers <= 4
    with pytest.raises(pk.InvalidValueError, match="max_queue_size must be at least 1"):
        flow_images_from_data(images, max_queue_size=0)


# generator_next -------------------------------------------------------------------------------------------------------


def test_generator_next(images):
    flow = flow_images_from_data(images, LABELS, batch_size=4, shuffle=False)
    assert [len(generator_next(flow)[1]) for _ in range(3)] == [4, 3, 4]
    values = iter([1])
    assert [generator_next(values), generator_next(values), generator_next(values, "end")] == [1, None, "end"]
    left = [1, 2]
    assert [generator_next(lambda: left.pop() if left else None, 0) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(pk.InvalidValueError, match=r"needs an iterator, it got \[1, 2\]; make one first: it = iter"):
        generator_next([1, 2])
