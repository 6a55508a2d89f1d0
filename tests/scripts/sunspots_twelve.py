"""The second lecture on sunspots: from twelve months the next twelve, with an LSTM that may be stateful and stacked.

After "Predicting Sunspot Frequency with Keras" of the RStudio AI Blog. Its flags are the script's: --stateful true,
--n_epochs 5. What are recipes and tibbles there are arrays here; the splits of rsample are those of sequence_split().
"""

import numpy as np

from pipekeras import *

set_random_seed(1)

FLAGS = flags(
    # Two ways to change the model: states that are kept from batch to batch, and a second layer.
    flag_boolean("stateful", False),
    flag_boolean("stack_layers", False),
    flag_integer("batch_size", 10),
    flag_integer("n_timesteps", 12),
    flag_integer("n_epochs", 100),
    flag_numeric("dropout", 0.2),
    flag_numeric("recurrent_dropout", 0.2),
    flag_string("loss", "logcosh"),
    flag_string("optimizer_type", "sgd"),
    flag_integer("n_units", 128),
    flag_numeric("lr", 0.003),
    flag_numeric("momentum", 0.9),
    flag_integer("patience", 10),
    flag_integer("n_train", 800, "months to train on; the rest of 1200 is for validation"),
)

n_predictions = FLAGS.n_timesteps
n_features = 1
optimizer = {"sgd": optimizer_sgd(learning_rate=FLAGS.lr, momentum=FLAGS.momentum)}[FLAGS.optimizer_type]
callbacks = [callback_early_stopping(patience=FLAGS.patience)]

# The data -------------------------------------------------------------------------------------------------------------

sun_spots = r_dataset("sunspot.month")

periods_train = 12 * 100
periods_test = 12 * 50
skip_span = 12 * 22 - 1

rolling_origin_resamples = sequence_split(
    sun_spots,
    initial=periods_train,
    assess=periods_test,
    cumulative=False,
    skip=skip_span,
)

example_split = rolling_origin_resamples[5]
df_trn = example_split.train[: FLAGS.n_train]
df_val = example_split.train[FLAGS.n_train :]
df_tst = example_split.assess

center_history = np.sqrt(df_trn).mean()
scale_history = np.sqrt(df_trn).std(ddof=1)

train_vals = ((np.sqrt(df_trn) - center_history) / scale_history).to_numpy()
valid_vals = ((np.sqrt(df_val) - center_history) / scale_history).to_numpy()
test_vals = ((np.sqrt(df_tst) - center_history) / scale_history).to_numpy()


def build_matrix(tseries, overall_timesteps):
    """A row for each place in the series: the values from there on."""
    return np.stack([tseries[x : x + overall_timesteps] for x in range(len(tseries) - overall_timesteps + 1)])


def reshape_X_3d(X):
    """With an axis of features at the end."""
    return array_reshape(X, (X.shape[0], X.shape[1], 1))


train_matrix = build_matrix(train_vals, FLAGS.n_timesteps + n_predictions)
valid_matrix = build_matrix(valid_vals, FLAGS.n_timesteps + n_predictions)
test_matrix = build_matrix(test_vals, FLAGS.n_timesteps + n_predictions)

X_train = train_matrix[:, : FLAGS.n_timesteps]
y_train = train_matrix[:, FLAGS.n_timesteps : FLAGS.n_timesteps * 2]
X_train = X_train[: len(X_train) // FLAGS.batch_size * FLAGS.batch_size]
y_train = y_train[: len(y_train) // FLAGS.batch_size * FLAGS.batch_size]

X_valid = valid_matrix[:, : FLAGS.n_timesteps]
y_valid = valid_matrix[:, FLAGS.n_timesteps : FLAGS.n_timesteps * 2]
X_valid = X_valid[: len(X_valid) // FLAGS.batch_size * FLAGS.batch_size]
y_valid = y_valid[: len(y_valid) // FLAGS.batch_size * FLAGS.batch_size]

X_test = test_matrix[:, : FLAGS.n_timesteps]
y_test = test_matrix[:, FLAGS.n_timesteps : FLAGS.n_timesteps * 2]
X_test = X_test[: len(X_test) // FLAGS.batch_size * FLAGS.batch_size]
y_test = y_test[: len(y_test) // FLAGS.batch_size * FLAGS.batch_size]

X_train = reshape_X_3d(X_train)
X_valid = reshape_X_3d(X_valid)
X_test = reshape_X_3d(X_test)

y_train = reshape_X_3d(y_train)
y_valid = reshape_X_3d(y_valid)
y_test = reshape_X_3d(y_test)

# The model ------------------------------------------------------------------------------------------------------------

model = keras_model_sequential()

model >> layer_lstm(
    units=FLAGS.n_units,
    batch_input_shape=(FLAGS.batch_size, FLAGS.n_timesteps, n_features),
    dropout=FLAGS.dropout,
    recurrent_dropout=FLAGS.recurrent_dropout,
    return_sequences=True,
    stateful=FLAGS.stateful,
)

if FLAGS.stack_layers:
    model >> layer_lstm(
        units=FLAGS.n_units,
        dropout=FLAGS.dropout,
        recurrent_dropout=FLAGS.recurrent_dropout,
        return_sequences=True,
        stateful=FLAGS.stateful,
    )

model >> time_distributed(layer_dense(units=1))

model >> compile(
    loss=FLAGS.loss,
    optimizer=optimizer,
    metrics=["mean_squared_error"],
)

losses = []
if not FLAGS.stateful:
    history = model >> fit(
        x=X_train,
        y=y_train,
        validation_data=(X_valid, y_valid),
        batch_size=FLAGS.batch_size,
        epochs=FLAGS.n_epochs,
        callbacks=callbacks,
        verbose=2,
    )
    losses += history.metrics["loss"]
    plot(history, metrics="loss")
else:
    for _ in range(FLAGS.n_epochs):
        history = model >> fit(
            x=X_train,
            y=y_train,
            validation_data=(X_valid, y_valid),
            callbacks=callbacks,
            batch_size=FLAGS.batch_size,
            epochs=1,
            shuffle=False,
            verbose=2,
        )
        losses += history.metrics["loss"]
        model >> reset_states()

# How good it is, in sunspots ------------------------------------------------------------------------------------------

pred_train = (model >> predict(X_train, batch_size=FLAGS.batch_size))[:, :, 0]
if FLAGS.stateful:
    model >> reset_states()
pred_test = (model >> predict(X_test, batch_size=FLAGS.batch_size))[:, :, 0]

pred_train = (pred_train * scale_history + center_history) ** 2
pred_test = (pred_test * scale_history + center_history) ** 2


def multiple_rmse(truth, predicted):
    """The root of the mean squared error of each row, on average."""
    return np.mean(np.sqrt(np.mean((truth - predicted) ** 2, axis=1)))


rmse_train = multiple_rmse((y_train[:, :, 0] * scale_history + center_history) ** 2, pred_train)
rmse_test = multiple_rmse((y_test[:, :, 0] * scale_history + center_history) ** 2, pred_test)
print("training:", rmse_train, "test:", rmse_test)
