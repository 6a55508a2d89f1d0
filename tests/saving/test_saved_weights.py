"""saving/weights.py and _old_weights.py: weights alone, by order and by name."""

import warnings

import numpy as np
import pytest

import pipekeras as pk


def model_of(units=(4, 2), names=None, norm=False):
    model = pk.keras_model_sequential(input_shape=3)
    for position, n in enumerate(units):
        model >> pk.layer_dense(n, name=names[position] if names else None, bias_initializer="random_normal")
        if norm:
            model >> pk.layer_batch_normalization()
    return model


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


WRITERS = {
    "save_model_weights": (pk.save_model_weights, "w.weights.h5"),
    "in parts": (lambda m, p: pk.save_model_weights(m, p, max_shard_size=1), "w.weights.json"),
    "hdf5": (pk.save_model_weights_hdf5, "w.h5"),
    "hdf5 of any name": (pk.save_model_weights_hdf5, "weights"),
    "hdf5 in the new form": (pk.save_model_weights_hdf5, "w.weights.h5"),
    "tf": (pk.save_model_weights_tf, "checkpoint"),
    "a whole model": (pk.save_model, "m.keras"),
    "a whole model of 2.x": (pk.save_model_hdf5, "m.h5"),
}
READERS = (pk.load_model_weights, pk.load_model_weights_hdf5, pk.load_model_weights_tf)


@pytest.mark.parametrize("way", WRITERS)
def test_weights_come_back(way, tmp_path):
    write, name = WRITERS[way]
    model = model_of(norm=True)
    assert write(model, tmp_path / name) is model
    for read in READERS:
        other = model_of(norm=True)
        assert not equal(model, other)
        assert (other >> read(str(tmp_path / name))) is other
        assert equal(model, other)


def test_plain_keras_reads_them(tmp_path):
    model = model_of(norm=True)
    pk.save_model_weights_hdf5(model, tmp_path / "w.h5")
    for how in ({}, {"by_name": True}):
        other = model_of(norm=True)
        for one, two in zip(other.layers, model.layers, strict=True):
            one.name = two.name
        other.load_weights(tmp_path / "w.h5", **how)
        assert equal(model, other)


def test_layers_are_found_by_name(tmp_path):
    model = model_of((4, 2), ["body", "head"])
    pk.save_model_weights_hdf5(model, tmp_path / "w.h5")
    other = model_of((4, 5), ["body", "new_head"])
    head = other.layers[1].get_weights()
    other >> pk.load_model_weights_hdf5(tmp_path / "w.h5", by_name=True)
    assert equal(other.layers[0], model.layers[0])
    assert all(np.array_equal(a, b) for a, b in zip(other.layers[1].get_weights(), head, strict=True))


def test_what_does_not_fit_may_be_left_out(tmp_path):
    model = model_of((4, 2), ["body", "head"])
    pk.save_model_weights_hdf5(model, tmp_path / "w.h5")
    pk.save_model_weights(model, tmp_path / "w.weights.h5")
    for name, how in (("w.h5", {"by_name": True}), ("w.h5", {}), ("w.weights.h5", {})):
        other = model_of((4, 5), ["body", "head"])
        with pytest.raises(pk.DataError, match=r"does not fit model 'sequential.*skip_mismatch=True leaves out"):
            other >> pk.load_model_weights(tmp_path / name, **how)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras tells which were skipped
            other >> pk.load_model_weights(tmp_path / name, skip_mismatch=True, **how)
        assert equal(other.layers[0], model.layers[0])


def test_models_in_models_and_odd_names(tmp_path):
    inner = model_of((3, 3), ["same", "other"])
    model = pk.keras_model_sequential(input_shape=3) >> inner >> pk.layer_dense(2, name="same")
    pk.save_model_weights_hdf5(model, tmp_path / "w.h5")
    copy = pk.clone_model(model)
    assert not equal(model, copy)
    copy >> pk.load_model_weights_hdf5(tmp_path / "w.h5")
    assert equal(model, copy)


def test_very_many_layers(tmp_path):
    import h5py

    from pipekeras.saving import _old_weights

    names = [f"a_layer_with_a_long_name_{i:05d}" for i in range(5000)]
    with h5py.File(tmp_path / "n.h5", "w") as file:
        _old_weights._write_names(file, "layer_names", names)
        parts = [file.attrs[f"layer_names{i}"] for i in range(len(file.attrs))]
    assert len(parts) > 1
    assert [name.decode() for part in parts for name in part] == names


def test_by_name_needs_names(tmp_path):
    model = model_of()
    pk.save_model_weights(model, tmp_path / "w.weights.h5")
    with pytest.raises(pk.InvalidValueError, match=r"by_name=True needs the names.*save_model_weights_hdf5\(\), under"):
        pk.load_model_weights_hdf5(model, tmp_path / "w.weights.h5", by_name=True)


def test_parts(tmp_path):
    model = model_of((20, 20))
    path = tmp_path / "w.weights.json"
    model >> pk.save_model_weights(path, max_shard_size=1.8e-6)
    parts = sorted(p.name for p in tmp_path.iterdir())
    assert len(parts) > 2
    model >> pk.save_model_weights(path, overwrite=True, max_shard_size=1.8e-6)
    assert sorted(p.name for p in tmp_path.iterdir()) == parts
    (tmp_path / parts[-1]).unlink()
    with pytest.raises(pk.DataError, match=f"has parts that are not beside it: {parts[-1]}"):
        pk.load_model_weights(model, path)
    # A name in .weights.h5 becomes that of the .json, as with Keras; asking for it says so.
    model >> pk.save_model_weights(tmp_path / "v.weights.h5", max_shard_size=1)
    assert (tmp_path / "v.weights.json").exists()
    with pytest.raises(pk.DataError, match='the weights are in several files: "v.weights.json"'):
        pk.load_model_weights(model, tmp_path / "v.weights.h5")
    with pytest.raises(pk.InvalidValueError, match="already exists"):
        pk.save_model_weights(model, tmp_path / "v.weights.h5", max_shard_size=1)
    with pytest.raises(pk.InvalidValueError, match="exceeds the maximum shard size"):
        pk.save_model_weights(model, tmp_path / "u.weights.json", max_shard_size=1e-9)
    for size, said in ((0, "must be above 0"), ("big", "must be a number")):
        with pytest.raises(pk.InvalidValueError, match=said):
            pk.save_model_weights(model, tmp_path / "u.weights.json", max_shard_size=size)


def test_names_and_models_that_will_not_do(tmp_path):
    model = model_of()
    with pytest.raises(pk.InvalidValueError, match=r'must end in .weights.h5, it got "w.h5"; save_model_weights_hdf5'):
        pk.save_model_weights(model, "w.h5")
    with pytest.raises(pk.InvalidValueError, match=r"with max_shard_size the name must end in .weights.json"):
        pk.save_model_weights(model, "w.h5", max_shard_size=1)
    unbuilt = pk.keras_model_sequential() >> pk.layer_dense(2)
    pk.save_model_weights_hdf5(model, tmp_path / "w.h5")
    for call in (
        lambda: pk.save_model_weights(unbuilt, tmp_path / "w.weights.h5"),
        lambda: pk.save_model_weights_hdf5(unbuilt, tmp_path / "x.h5"),
        lambda: pk.load_model_weights(unbuilt, tmp_path / "w.h5"),
    ):
        with pytest.raises(
            pk.InvalidValueError, match="is not built yet, so it has no weights: give it an input_shape"
        ):
            call()
    with pytest.raises(pk.InvalidValueError, match="reshape=True is gone: skip_mismatch=True"):
        pk.load_model_weights_hdf5(model, tmp_path / "w.h5", reshape=True)
    with pytest.raises(pk.InvalidValueError, match="by_name must be True or False, it got 'yes'"):
        pk.load_model_weights_hdf5(model, tmp_path / "w.h5", by_name="yes")
    with pytest.raises(pk.PipeError, match="load_model_weights applies to a model, it got layer 'dense"):
        pk.load_model_weights(pk.layer_dense(2), tmp_path / "w.h5")
    pk.save_model_config(model, tmp_path / "c.json")
    with pytest.raises(pk.DataError, match="holds no weights but a configuration as JSON"):
        pk.load_model_weights(model, tmp_path / "c.json")
    (tmp_path / "old.index").write_text("")
    with pytest.raises(pk.UnavailableError, match="is a checkpoint of TensorFlow, which Keras 3 does not read"):
        pk.load_model_weights_tf(model, tmp_path / "old")
