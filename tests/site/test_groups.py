"""Every public name has one place in the reference, under the titles that R's reference has."""

import pytest

import pipekeras as pk
import site_groups
import site_reference as reference

pytestmark = pytest.mark.any_backend

MODULES = {name: reference.module_of(value) for name, value in reference.public().items()}


def test_every_public_name_stands_in_one_group():
    found = site_groups.grouped(MODULES)
    names = [name for members in found.values() for name in members]
    assert len(names) == len(set(names))
    assert set(names) >= set(pk.__all__)


def test_no_group_is_empty():
    assert set(site_groups.grouped(MODULES)) == set(site_groups.GROUPS)


def test_the_titles_of_keras3s_reference_are_there():
    titles = {group.title for group in site_groups.GROUPS} | {group.subtitle for group in site_groups.GROUPS}
    assert titles >= {
        "Models", "Create models", "Train models", "Inspect and modify models", "Save and load models", "Layers",
        "Core layers", "Reshaping layers", "Convolutional layers", "Pooling layers", "Activation layers",
        "Recurrent layers", "Attention layers", "Normalization layers", "Regularization layers", "Merging layers",
        "Preprocessing layers", "Callbacks", "Operations", "Core operations", "Math operations",
        "General tensor operations", "Neural network operations", "Linear algebra operations", "Image operations",
        "Losses", "Metrics", "Data loading", "Image preprocessing", "Optimizers", "Learning rate schedules",
        "Initializers", "Constraints", "Regularizers", "Activations", "Random tensor generators", "Configuration",
        "Applications",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("layer_lstm", "Recurrent layers"), ("layer_conv_2d", "Convolutional layers"), ("fit", "Train models"),
        ("op_mean", "General tensor operations"), ("loss_mean_squared_error", "Losses"), ("Callback", "Callbacks"),
        ("pad_sequences", "R's own"), ("application_vgg16", "VGG"), ("reset_states", "Recurrent layers"),
        ("dataset_mnist", "Datasets"), ("tuple", "Arrays and lists"),
    ],
)  # fmt: skip
def test_where_a_reader_looks(name, title):
    group = next(group for group, names in site_groups.grouped(MODULES).items() if name in names)
    assert title in (group.title, group.subtitle)


def test_a_name_without_a_place_is_an_error():
    with pytest.raises(LookupError, match=r"mine of pipekeras\.elsewhere stands in no group"):
        site_groups.grouped({"mine": "elsewhere"})
