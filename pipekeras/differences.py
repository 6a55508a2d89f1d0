"""Where pipekeras is not R, name by name, each with its reason: the one list. `pipekeras api` shows it.

Whatever is not listed here has R's arguments under R's names; a test compares every name of both packages with R's
formals, and holds every line of this list against the code, so that none outlives what it tells of. Defaults and orders
of arguments are not listed: coverage.py reads them off the signatures.
"""

# What holds for every function that has such an argument.
BY_ARGUMENT = {
    "axis": "axes count from 0",
    "axes": "axes count from 0",
    "axis1": "axes count from 0",
    "axis2": "axes count from 0",
    **dict.fromkeys(["source", "destination"], "axes count from 0"),
    **dict.fromkeys(
        ["indices", "indices_or_sections", "kth", "mask_index", "segment_ids", "start_indices"], "indices count from 0"
    ),
    "node_index": "the calls of a layer count from 0",
    "zero_indexed": "indices always count from 0: zero_indexed=True may be given, False is an error",
}

# Why defaults and orders differ, wherever they do.
DEFAULTS = "only arguments that are given are handed on, so the default is that of Keras, or keras3's where it has one"
ORDER = "where the packages disagree on the order of arguments, keras3's holds; by name both work"

# What R writes with signs that Python has not: {R's name: (what is written here, what it is)}.
SYNTAX = {
    "%>%": (">>", "the pipe"),
    "%<>%": ("x = x >> f()", "Python has no assignment through the pipe"),
    "%<-%": ("(a, b) = value", "Python unpacks by itself; what dataset_*() return can be unpacked as in R"),
    "%<-active%": ("@property", "a property of a class; active_property() in the *_class functions"),
    "%as%": ("with context as name:", "Python's own statement"),
    "%py_class%": ("class Name(Base):", "Python's own statement"),
    ".": ("_", "Python unpacks by itself: (a, _) = value"),
    "op_subset<-": ("op_subset_set(x, ..., value)", "the value is returned: x = op_subset_set(x, ..., value)"),
}

# Names that make sense inside R alone. They exist, and do what the text says.
R_ONLY = {
    "install_keras": "says whether Keras is installed, and the command if not; installing is pip's work",
    "py_require": "says which packages are not installed; installing is pip's work",
    "py_require_legacy_keras": "does nothing, with a warning: 2.x's functions run on Keras 3",
    "py_to_r": "returns its argument",
    "r_to_py": "returns its argument",
    "use_condaenv": "does nothing, with a warning: the Python in use is the one that runs",
    "use_python": "does nothing, with a warning: the Python in use is the one that runs",
    "use_virtualenv": "does nothing, with a warning: the Python in use is the one that runs",
}

# Names that exist and raise UnavailableError, since Keras 3 has nothing behind them.
UNAVAILABLE = {
    "k_get_session": "Keras 3 has no sessions: leave the line out, k_eval() gives values",
    "k_set_session": "Keras 3 has no sessions: leave the line out",
    "layer_dense_features": "TensorFlow's feature columns are gone: layer_feature_space()",
    "model_from_saved_model": "ended with TensorFlow 2.0: load_model(), or layer_tfsm() to compute with a SavedModel",
    "model_from_yaml": "Keras reads no YAML, which could run code: model_from_json()",
    "model_to_saved_model": "ended with TensorFlow 2.0: save_model(), or export_savedmodel() to serve the model",
    "model_to_yaml": "Keras writes no YAML: model_to_json()",
    "multi_gpu_model": "keras.distribution on JAX, tensorflow.distribute on TensorFlow",
}

# Arguments of R that a function has not: {function: {argument: why}}.
ARGUMENTS = {
    "compile": {
        "sample_weight_mode": "gone in Keras 3; may be None",
        "target_tensors": "gone in Keras 3; may be None",
    },
    "layer_dense_features": {"*": "nothing is behind the name"},
}

# What a function does otherwise than R's: {function: what}.
MEANING = {
    "op_arange": "starts at 0 and leaves the end out, as Python counts; include_end=True has it, and never goes beyond,"
    " as op_arange(1, 6, 2) does in R",
    "op_clip": "whole numbers between bounds that are none become decimals; in R that fails",
    "op_custom_gradient": "grad(upstream) and grad(*args, upstream) both work on every backend",
    **dict.fromkeys(
        ["op_layer_normalization", "op_rms_normalization"],
        "whole numbers become decimals; R cuts the result to whole numbers",
    ),
    "op_nonzero": "R's matrix, a row for each element, but its indices count from 0",
    "op_select": "default may be a fraction; R makes a whole number of it",
    "op_subset": "slices and numbers count from 0, and slices leave their end out; several vectors mean all"
    " combinations, as in R",
    "op_subset_set": "slices and numbers count from 0, and slices leave their end out; value goes by name",
    "op_switch": "index counts from 0",
    "op_tensordot": "a number for axes is how many axes are summed over, by default 2; in R it is one more",
    "op_vectorize": "works on every backend, and heeds excluded; R's fails on TensorFlow",
    **dict.fromkeys(
        ["op_image_affine_transform", "op_image_map_coordinates", "op_image_perspective_transform"],
        "fill_value may be a fraction; R makes a whole number of it",
    ),
    "op_logspace": "base may be a fraction; R makes a whole number of it",
    "config_set_backend": "an error once Keras runs on another backend; R loads Keras anew, and what was made breaks",
    "feature_float_discretized": "num_bins may be left out where bin_boundaries are given, which in R are refused",
    "imagenet_preprocess_input": "x stays as it is, and mode counts, which 2.x paid no heed to",
    "timeseries_dataset_from_array": "start_index and end_index count from 0, without the end, as in keras3. Returns a"
    " PyDataset, which fit() takes on every backend; its to_tf() is R's tf.data.Dataset",
    "timeseries_generator": "shuffle=True has each window once an epoch; R draws with replacement, whatever the stride",
    "fit_text_tokenizer": "a list of strings holds texts; R takes any list for sequences. What the list holds decides",
    "load_text_tokenizer": "reads JSON, as save_text_tokenizer() or to_json() of Keras 2 wrote it; a pickle is refused",
    "save_text_tokenizer": "writes JSON in Keras's form; R writes a pickle, and to load one runs what it holds",
    "skipgrams": "couples are the rows of an array; seed decides on all that is random, in R on the order alone",
    "text_hashing_trick": "hashes by md5 unless told otherwise: the same in each session, where R's default differs",
    "text_one_hot": "hashes by md5: a word has the same number in each session, where in R it differs",
    "text_tokenizer": "an oov_token that occurs in the texts stays number 1; R numbers it anew and loses the last word",
    "activation_sigmoid": "is the sigmoid; that of keras 2.x computes the softmax",
    "custom_metric": "returns a function of that name; R renames the one it is given",
    "loss_categorical_generalized_cross_entropy": "q is 0.5 with data as well, where R's function fails without it",
    "loss_circle": "gamma may be a fraction; R makes a whole number of it",
    "metric_binary_crossentropy": "axis works without data as well, where R's metric fails",
    "fit_image_data_generator": "measures images after preprocessing_function and samplewise normalization, as they"
    " are when its result is used; R measures them before",
    "image_array_resize": 'data_format="channels_first" resizes height and width; R takes the channels for the height',
    "image_data_generator": "width_shift_range shifts to the sides and height_shift_range up and down, around the true"
    ' middle; R has them swapped. fill_mode="wrap" repeats the image without a gap, brightness_range is right for'
    " values from 0 to 1, and a seed gives the same images however many threads make them",
    "backend": "returns the functions k_* as one object, since Keras 3 keeps few of K's own",
    "iterate": "returns a list; R makes a vector of it where it can",
    "keras_array": "a data frame becomes a matrix, as in fit(); in R a list of its columns",
    "named_list": "the names are given, named_list(x=x): Python cannot read them off the call",
    "use_implementation": "there is one implementation; does nothing",
    "use_session_with_seed": "clear_session() and set_random_seed(): there are no sessions",
    **dict.fromkeys(
        ["Constraint", "Layer", "Loss", "Metric", "Model"]
        + [f"new_{kind}_class" for kind in ("layer", "learning_rate_schedule", "loss", "metric", "model")],
        "methods take self first; super and private are self.super and self.private. Also a base, class Mine(Layer). A"
        " configuration is made of initialize's arguments unless get_config says otherwise",
    ),
    **dict.fromkeys(
        ["Callback", "new_callback_class"],
        "methods take self first; super and private are self.super and self.private. Also a base, class Mine(Callback)."
        " Epochs and batches count from 0, in keras3 from 1",
    ),
    "KerasCallback": "a base for a class statement, class Mine(KerasCallback): R6 is R's",
    "KerasConstraint": "a base for a class statement, class Mine(KerasConstraint): R6 is R's",
    "KerasLayer": "a base for a class statement, class Mine(KerasLayer): R6 is R's",
    "KerasWrapper": "a base for a class statement, class Mine(KerasWrapper): R6 is R's. add_weight() adds to the"
    " wrapper, and add_loss() belongs into call()",
    "callback_backup_and_restore": "replaces its file whole: who is killed meanwhile keeps what was there",
    "callback_early_stopping": "min_delta may be a fraction; R keras3 makes a whole number of it",
    "callback_lambda": "epochs and batches count from 0, in keras3 from 1",
    "callback_model_checkpoint": "replaces its file whole: who is killed meanwhile keeps what was there. The name must"
    " end in .keras or .h5, for weights in .weights.h5, as Keras 3 wants it; an error names one that would do",
    "evaluate": "returns named numbers in order, also for the loss alone; 2.x returns a vector, keras3 a list",
    "fit": "a stateful model needs shuffle=False, where R mixes its samples in silence; validation does not change what"
    " the model remembers",
    "freeze_weights": "layers count from 0, and a range given by numbers leaves its end out",
    "get_layer": "index counts from 0",
    "pop_layer": "returns the layer, as keras3 does; 2.x returns nothing",
    "unfreeze_weights": "layers count from 0, and a range given by numbers leaves its end out",
    "create_wrapper": "returns the layer where there is no object; R returns the R6 object",
    "keras_model_custom": "cannot be saved as a whole; its weights can",
    "export_savedmodel": "returns the model, as keras3 does; 2.x returns the name. Deletes no folder but a saved model",
    "fit_generator": "batches are drawn in the main thread when they are needed: max_queue_size and workers do nothing",
    "load_model_tf": "reads what save_model_tf() writes; of a TensorFlow SavedModel it says to use layer_tfsm()",
    "load_model_weights_hdf5": "skip_mismatch=True works and reshape=True is an error; R ignores both",
    "predict_classes": "works, by predict(); in R it has failed since TensorFlow 2.6",
    "predict_proba": "works, by predict(); in R it has failed since TensorFlow 2.6",
    "reset_states": "takes states to begin with as well, as get_states() gives them; works on stacked cells",
    "save_model_config": "without filepath it returns the text; in R that is an error",
    "save_model_hdf5": "returns the model, so that the pipe goes on; R returns TRUE or FALSE",
    "save_model_tf": "writes a folder in Keras 3's own form, which load_model_tf() reads: Keras 3 loads no SavedModel."
    " Returns the model",
    "save_model_weights_hdf5": "returns the model, so that the pipe goes on; R returns TRUE or FALSE",
    "save_model_weights_tf": "writes what save_model_weights_hdf5() does, not a checkpoint. Returns the model",
    "set_custom_objects": "clear=True keeps the layers that pipekeras adds to Keras",
    "set_state_tree": "what does not fit is an error, and nothing is set; Keras leaves unknown names out",
    "k_bias_add": "a bias for each place has the channels last; with channels_first 2.x mixes the places up",
    "k_clip": "whole numbers between bounds that are none become decimals; in R that fails",
    "k_ctc_decode": "the search for paths keeps a label that comes twice in a row, which 2.x leaves out",
    "k_function": "updates is an error, as in TensorFlow 2; k_learning_phase() may stand among the inputs",
    "k_gradients": "of symbolic tensors, or of a function that is given as loss; of computed tensors on torch alone",
    "k_learning_phase": "asked in a layer, whether that is in training; else 0",
    "k_logsumexp": "works; in R it fails since TensorFlow 2.2",
    "k_manual_variable_initialization": "does nothing: variables have their values when they are made",
    "k_mean": "whole numbers have a mean with a fraction, which 2.x cuts off",
    "k_permute_dimensions": "pattern counts from 0",
    "k_pow": "a may have a fraction, which R cuts off",
    "k_rnn": "steps beyond input_length repeat the output before them; in 2.x they are 0",
    "k_set_learning_phase": "1 is an error: Keras 3 cannot switch all layers, only a call, model(x, training=True)",
    "k_shape": "returns a tuple, not a tensor; a dimension that is not known is None",
    "k_softmax": "takes a tensor of one dimension, which 2.x refuses",
    "with_custom_object_scope": "expr is a function of no arguments, or a `with` block in its place: Python computes"
    " arguments first",
}

# Names that are attributes of pipekeras but no part of `from pipekeras import *`, since they would hide Python's own.
ATTRIBUTES = {
    "import": "Python has a statement of that name",
    "keras": "Keras itself, for keras$layers and its like; `import keras` brings the same",
    "tuple": "would hide Python's own type",
}
