"""How the reference is grouped: as the reference of R's keras3 is, with what keras 2.x and pipekeras have beside.

A name belongs to the first group that claims it: by its own name, by how it begins, or by the module it is defined in.
tests/site/test_groups.py holds that every public name stands in one.
"""

import dataclasses

OWN = "pipekeras's own; R has no counterpart."


@dataclasses.dataclass(frozen=True)
class Group:
    """A title, a subtitle below it (or none), and what belongs there."""

    title: str
    subtitle: str = ""
    about: str = ""
    modules: tuple = ()
    names: tuple = ()
    begins: tuple = ()

    def claims(self, name, module):
        """How surely the group wants a name: 3 for the name itself, 2 for its beginning, 1 for its module, 0 not."""
        if name in self.names:
            return 3
        if name.startswith(self.begins) if self.begins else False:
            return 2
        return int(module in self.modules)


def _group(title, subtitle="", modules="", names="", begins="", about=""):
    return Group(title, subtitle, about, tuple(modules.split()), tuple(names.split()), tuple(begins.split()))


_LAYERS = "Layers"
_OPS = "Operations"
_K = "Backend functions of keras 2.x"
_APPLICATIONS = "Applications"

GROUPS = (
    _group("The pipe", modules="pipe", about="What `%>%` and `|>` are in R, and how functions of your own join in."),
    _group("Models", "Create models", "models.build", "clone_model multi_gpu_model Model"),
    _group("Models", "Train models", "models.compiling models.train models.evaluation models.history models.plot "
           "models.generator_verbs models.predicting", "freeze_weights unfreeze_weights"),
    _group("Models", "Inspect and modify models", "models.summary models.structure models.weights models.states "
           "models.nodes"),
    _group("Models", "Save and load models", "saving.whole saving.weights saving.configs saving.savedmodel"),
    _group(_LAYERS, "Core layers", "layers.core layers.unavailable"),
    _group(_LAYERS, "Reshaping layers", "layers.reshaping"),
    _group(_LAYERS, "Convolutional layers", "layers.convolutional"),
    _group(_LAYERS, "Pooling layers", "layers.pooling"),
    _group(_LAYERS, "Activation layers", "layers.activations"),
    _group(_LAYERS, "Recurrent layers", "layers.recurrent", "bidirectional layer_bidirectional time_distributed "
           "layer_time_distributed reset_state reset_states get_states set_states stateful_twin stateless_twin",
           "rnn_cell"),
    _group(_LAYERS, "Attention layers", "layers.attention"),
    _group(_LAYERS, "Normalization layers", "layers.normalization"),
    _group(_LAYERS, "Regularization layers", "layers.dropout"),
    _group(_LAYERS, "Merging layers", "layers.merging"),
    _group(_LAYERS, "Preprocessing layers", "layers.preprocessing text.adapting text.vocabulary"),
    _group(_LAYERS, "Image preprocessing and augmentation layers", "layers.image"),
    _group(_LAYERS, "Wrappers and compatibility layers", "layers.wrappers"),
    _group("Callbacks", modules="callbacks sequences.checkpoint", names="Callback"),
    _group(_OPS, "Core operations", "ops.core ops.control"),
    _group(_OPS, "Math operations", "ops.math"),
    _group(_OPS, "General tensor operations", "ops.elementwise ops.reductions ops.shaping ops.subset ops.variadic"),
    _group(_OPS, "Neural network operations", "ops.nn"),
    _group(_OPS, "Linear algebra operations", "ops.linalg"),
    _group(_OPS, "Image operations", "ops.image"),
    _group("Losses", modules="losses", names="Loss", about="With data they compute; without they make the object."),
    _group("Metrics", modules="metrics", names="Metric", about="With data they compute; without they make the object."),
    _group("Sequences", "Blocks, windows and folds", "sequences.blocks sequences.windows sequences.fold",
           about="From a long series to what a recurrent network is trained on. pipekeras's own."),
    _group("Sequences", "Splits, scales and forecasts", "sequences.split sequences.scaling sequences.overlap "
           "sequences.forecast sequences.stitch"),
    _group("Sequences", "Series larger than memory", "sequences.sources"),
    _group("Sequences", "Pictures", "sequences.pictures sequences.picture_fold"),
    _group("Sequences", "R's own", "timeseries", "pad_sequences"),
    _group("Data loading", modules="from_directory hdf5 downloading"),
    _group("Datasets", modules="datasets", begins="dataset_ simulate_"),
    _group("Text preprocessing", modules="text.tokenizer text.sequences text.saved text.words text.skipgrams"),
    _group("Image preprocessing", modules="images.pictures images.resizing images.generator images.flows"),
    _group("Feature space", modules="feature_space"),
    _group("Optimizers", modules="optimizers"),
    _group("Learning rate schedules", modules="schedules", names="LearningRateSchedule"),
    _group("Initializers", modules="initializers"),
    _group("Constraints", modules="constraints", names="Constraint"),
    _group("Regularizers", modules="regularizers"),
    _group("Activations", modules="activations"),
    _group("Random tensor generators", modules="random"),
    _group("Classes of your own", modules="classes.makers classes.members classes.old",
           about="Layers, models, losses, metrics and callbacks that are defined in the script."),
    _group("Configuration", modules="config"),
    _group("Utilities", "Seeds, sessions and settings", "session environment flags"),
    _group("Utilities", "Arrays and lists", "arrays interop _keras", "newaxis shape"),
    _group("Utilities", "Serialization", "saving.objects"),
    _group("Utilities", "Errors", "errors"),
    _group(_APPLICATIONS, "Utilities", "imagenet"),
    _group(_APPLICATIONS, "ConvNeXt", begins="application_convnext"),
    _group(_APPLICATIONS, "DenseNet", begins="application_densenet"),
    _group(_APPLICATIONS, "EfficientNet", begins="application_efficientnet"),
    _group(_APPLICATIONS, "Inception", begins="application_inception"),
    _group(_APPLICATIONS, "MobileNet", begins="application_mobilenet"),
    _group(_APPLICATIONS, "NASNet", begins="application_nasnet"),
    _group(_APPLICATIONS, "ResNet", begins="application_resnet"),
    _group(_APPLICATIONS, "VGG", begins="application_vgg"),
    _group(_APPLICATIONS, "Xception", begins="application_xception"),
    _group(_K, "Elementwise, reductions and products", "k.elementwise k.reductions k.products"),
    _group(_K, "Shapes and creation", "k.shapes k.creation k.random k.sparse"),
    _group(_K, "Networks", "k.convolution k.images k.normalization k.losses k.ctc"),
    _group(_K, "State, loops and gradients", "k.state k.loops k.gradients"),
    _group(_K, "Configuration and graphs", "k.configuration k.phase k.graph"),
)  # fmt: skip


def grouped(module_of):
    """`{group: [names]}` in the order of GROUPS, names in the order of the alphabet.

    Args:
        module_of: `{public name: the module it is defined in, without the package}`.

    Raises:
        LookupError: if no group claims a name.
    """
    found = {group: [] for group in GROUPS}
    for name, module in sorted(module_of.items(), key=lambda pair: pair[0].lower()):
        best = max(GROUPS, key=lambda group: group.claims(name, module))  # the first of several
        if not best.claims(name, module):
            raise LookupError(f"{name} of pipekeras.{module} stands in no group: give it a place in site_groups.GROUPS")
        found[best].append(name)
    return {group: names for group, names in found.items() if names}
