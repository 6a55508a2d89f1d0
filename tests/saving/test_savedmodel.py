"""saving/savedmodel.py: models for serving."""

import re

import numpy as np
import pytest

import pipekeras as pk


def small():
    return pk.keras_model_sequential(input_shape=3) >> pk.layer_dense(2)


X = np.ones((2, 3), "float32")


@pytest.fixture
def exports(only_on):
    only_on("tensorflow", "jax", reason="torch writes no SavedModel without torch_xla")


def test_it_computes_what_the_model_does(tmp_path, exports, capsys, backend):
    import tensorflow

    model = small()
    assert (model >> pk.export_savedmodel(tmp_path / "served")) is model
    said = capsys.readouterr().out
    assert f"Saved artifact at '{tmp_path / 'served'}'" in said
    served = tensorflow.saved_model.load(str(tmp_path / "served"))
    np.testing.assert_allclose(served.serve(X), model.predict(X, verbose=0), rtol=1e-5)
    if backend == "tensorflow":  # the layer is TensorFlow's
        back = pk.layer_tfsm(filepath=str(tmp_path / "served"), call_endpoint="serve")
        np.testing.assert_allclose(back(X), served.serve(X), rtol=1e-5)
    with pytest.raises(pk.UnavailableError, match="layer_tfsm"):
        pk.load_model_tf(tmp_path / "served")
    # Again: a saved model is replaced, and nothing is left lying about.
    model >> pk.export_savedmodel(tmp_path / "served", verbose=False)
    assert capsys.readouterr().out == ""
    assert [p.name for p in tmp_path.iterdir()] == ["served"]


def test_versions(tmp_path, exports):
    model = small()
    pk.export_savedmodel(model, tmp_path / "served", overwrite=False, verbose=False, remove_learning_phase=False)
    (version,) = (tmp_path / "served").iterdir()
    assert re.fullmatch(r"\d{14}", version.name)
    assert (version / "saved_model.pb").exists()
    with pytest.warns(UserWarning, match="as_text has no effect"):
        pk.export_savedmodel(model, tmp_path / "other", versioned=True, as_text=True, verbose=False)
    assert len(list((tmp_path / "other").iterdir())) == 1


def test_a_failing_export_leaves_what_was_there(tmp_path, exports, monkeypatch):
    model = small()
    pk.export_savedmodel(model, tmp_path / "served", verbose=False)
    before = sorted(p.name for p in (tmp_path / "served").iterdir())

    def fails(path, **how):
        from pathlib import Path

        Path(path).mkdir()
        raise OSError("no space left")

    monkeypatch.setattr(model, "export", fails)
    with pytest.raises(OSError, match="no space left"):
        pk.export_savedmodel(model, tmp_path / "served", verbose=False)
    assert sorted(p.name for p in (tmp_path / "served").iterdir()) == before
    assert [p.name for p in tmp_path.iterdir()] == ["served"]


def test_what_cannot_be_exported(tmp_path):
    with pytest.raises(pk.InvalidValueError, match="there is no format 'tf'; did you mean \"tf_saved_model\""):
        pk.export_savedmodel(small(), tmp_path / "x", format="tf")
    with pytest.raises(pk.InvalidValueError, match="is not built yet"):
        pk.export_savedmodel(pk.keras_model_sequential() >> pk.layer_dense(2), tmp_path / "x")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").write_text("x")
    with pytest.raises(pk.InvalidValueError, match="holds something else than a saved model"):
        pk.export_savedmodel(small(), tmp_path / "papers")
    with pytest.raises(pk.ArgumentError, match="export_savedmodel"):
        small() >> pk.export_savedmodel()


def test_a_format_that_is_not_there(tmp_path, backend):
    """The torch format is torch's alone, and each message names what was asked for."""
    if backend == "torch":
        pytest.skip("not on torch: it writes this format, and here is tested what a backend that cannot says")
    with pytest.raises(pk.UnavailableError, match=f"on {backend} cannot write this model as torch: .*Torch"):
        pk.export_savedmodel(small(), tmp_path / "m.pt2", format="torch")
    assert list(tmp_path.iterdir()) == []


def test_torch_writes_its_own_format(tmp_path, only_on):
    only_on("torch", reason="the format is torch's")
    import torch

    model = small()
    pk.export_savedmodel(model, tmp_path / "m.pt2", format="torch", verbose=False)
    program = torch.export.load(tmp_path / "m.pt2").module()
    one = X[:1]  # unless told otherwise, Keras writes it for a batch of one
    np.testing.assert_allclose(program(torch.tensor(one)).detach(), model.predict(one, verbose=0), rtol=1e-5)
    with pytest.raises(pk.UnavailableError, match=r'as tf_saved_model: .*format="torch" writes') as told:
        pk.export_savedmodel(model, tmp_path / "served")
    assert "\n" not in str(told.value)


def test_arguments_of_a_savedmodel(tmp_path):
    for name in ("signatures", "options"):
        with pytest.raises(pk.UnavailableError, match=rf"save_model_tf: {name} belong to .*export_savedmodel"):
            pk.save_model_tf(small(), tmp_path / "m", **{name: object()})


def test_what_ended_with_tensorflow_2_0():
    with pytest.raises(pk.UnavailableError, match=r"save_model\(\).*export_savedmodel\(\)"):
        small() >> pk.model_to_saved_model("x")
    with pytest.raises(pk.UnavailableError, match=r"load_model\(\).*layer_tfsm\(\)"):
        pk.model_from_saved_model("x")
