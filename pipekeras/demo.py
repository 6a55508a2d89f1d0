"""The demonstration that `pipekeras demo` and `make demo` run: a chained CNN on the shipped digits, start to end."""

from pathlib import Path

from pipekeras import (
    compile,
    dataset_digits,
    evaluate,
    fit,
    keras_model_sequential,
    layer_conv_2d,
    layer_dense,
    layer_dropout,
    layer_flatten,
    layer_max_pooling_2d,
    layer_rescaling,
    plot,
    set_random_seed,
    summary,
)
from pipekeras.files import replacing


def run(folder="pipekeras-demo", epochs=20, seed=1):
    """Train a small CNN on a random four fifths of the digits and test it on the rest; keep the plot and the model.

    Args:
        folder: where history.png and digits.keras are saved; made if it is not there.
        epochs: how many times training sees the data.
        seed: of the split into training and test, and of the weights.

    Returns:
        The share of the held-out digits that the model reads right, 0 to 1.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)  # before the work, so that a folder that cannot be costs none
    set_random_seed(seed)
    digits = dataset_digits(test_split=0.2, seed=seed)
    print(
        f"{len(digits.train.x)} digits of 8 x 8 grey levels to learn from, {len(digits.test.x)} held out at random.\n"
    )

    model = (
        keras_model_sequential(input_shape=(8, 8, 1), name="digits")
        >> layer_rescaling(1 / 16)
        >> layer_conv_2d(filters=32, kernel_size=3, padding="same", activation="relu")
        >> layer_conv_2d(filters=32, kernel_size=3, padding="same", activation="relu")
        >> layer_max_pooling_2d(pool_size=2)
        >> layer_dropout(0.25)
        >> layer_flatten()
        >> layer_dense(units=64, activation="relu")
        >> layer_dropout(0.25)
        >> layer_dense(units=10, activation="softmax")
    )
    summary(model)

    model >> compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
    x, y = (digits.train.x[..., None], digits.train.y)
    history = model >> fit(x, y, epochs=epochs, batch_size=32, validation_split=0.1)
    print(history)

    result = model >> evaluate(digits.test.x[..., None], digits.test.y, verbose=0)
    print(f"\nOn the {len(digits.test.x)} held-out digits:")
    print(result)

    with replacing(folder / "history.png") as unfinished:
        plot(history).savefig(unfinished)
    with replacing(folder / "digits.keras") as unfinished:
        model.save(unfinished)
    print(f"\nSaved in {folder.resolve()}: history.png, the course of training, and digits.keras, a plain Keras model.")
    return result["accuracy"]
