# %% [markdown]
# # Next word, next character
#
# **What it shows**: a network that predicts the next character of a novel, and one that predicts the next word. Both
# then write text of their own, cautiously or boldly, as a number called temperature says. Both are measured on pages
# that they have not read, against models that merely count.
#
# **Know before**: what a recurrent layer is, and how a series becomes windows, from [Sequences](sequences.py).

# %%
import os
import re
from collections import defaultdict

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## The text
#
# The novel is *Pride and Prejudice* by Jane Austen, of 1813. Its first chapters come with pipekeras. To keep the task
# small, all becomes lower case, line ends within a paragraph become spaces, and rare signs are left out.

# %%
novel = dataset_pride_and_prejudice().lower()
paragraphs = [" ".join(paragraph.split()) for paragraph in novel.split("\n\n") if paragraph.strip()]
text = re.sub(r"[^a-z .,;!?'\"\n-]", "", "\n".join(paragraphs))

print(text[text.index("it is a truth") :][:320])

# %% [markdown]
# The first nine tenths are to learn from, the last tenth is to measure on. It is held out as a whole, since
# neighbouring sentences tell of each other.

# %%
characters = list(text)
cut = int(0.9 * len(text))
print(f"{cut} characters to learn from, {len(text) - cut} held out, {len(set(text))} different ones")

# %% [markdown]
# ## What counting can do
#
# A model of language gives each next character a probability. It is good if the characters that really follow got high
# ones. The measure is the number of bits per character,
#
# $$H = -\frac{1}{n} \sum_{i=1}^{n} \log_2 p(c_i \mid c_1 \dots c_{i-1}),$$
#
# and $2^H$ is the *perplexity*: among how many equally likely characters the model might as well have guessed.
#
# The simplest model counts how often each character occurs (*unigrams*). The next one counts what follows each
# character (*bigrams*), and so on with longer contexts. A context that was seldom seen says little. So each count is
# mixed with the probabilities of the next shorter context, as if that had been seen five times.

# %%
levels = sorted(set(text))
number_of = {character: number for number, character in enumerate(levels)}
numbers = np.array([number_of[character] for character in text])
held_out = numbers[cut:]

bits_of_counts = []
probability = np.full((len(held_out) - 1, len(levels)), 1 / len(levels))
for length in range(5):
    counts = defaultdict(lambda: np.zeros(len(levels)))
    for i in range(length, cut):
        counts[text[i - length : i]][numbers[i]] += 1
    seen = np.stack([counts.get(text[i - length : i], 0 * probability[0]) for i in range(cut + 1, len(text))])
    probability = (seen + 5 * probability) / (seen.sum(axis=1, keepdims=True) + 5)
    bits = -np.log2(probability[np.arange(len(seen)), held_out[1:]]).mean()
    bits_of_counts.append(bits)
    print(f"{length} characters of context, {len(counts):6d} contexts: {bits:.2f} bits, perplexity {2**bits:.1f}")

# %% [markdown]
# ## Windows of characters
#
# `sequence_windows` takes characters as they are and numbers them. With `per_step=True` each character of a window has
# a target, the character after it. A new window begins every 50 characters, so each character is a target once. The
# windows come in random order.

# %%
windows = sequence_windows(
    characters, lookback=50, per_step=True, stride=50, end=cut, batch_size=32, shuffle=True, seed=1
)
x, y = windows[0]
print(windows)
print("x:", "".join(levels[number] for number in x[0]).replace("\n", "/"))
print("y:", "".join(levels[number] for number in y[0, :, 0]).replace("\n", "/"))

# %% [markdown]
# ## A network that reads characters
#
# Three layers: an embedding, which gives each character 32 numbers of its own; a GRU, whose state is all that the
# network knows of the text so far; and a dense layer, which makes probabilities of the state. As the length of the
# input is `None`, the network may later read texts of any length.

# %%
set_random_seed(1)

model = (
    keras_model_sequential(input_shape=(None,))
    >> layer_embedding(input_dim=len(levels), output_dim=32)
    >> layer_gru(units=128, return_sequences=True)
    >> layer_dense(units=len(levels), activation="softmax")
)
summary(model)

# %% [markdown]
# The loss is the bits per character from above, only with the natural logarithm: $\ln 2 \approx 0.69$ of it are a bit.
# The held-out text is measured after each epoch. Nothing is chosen by it.

# %%
model >> compile(optimizer=optimizer_adam(learning_rate=0.005), loss="sparse_categorical_crossentropy")
later = sequence_windows(characters, lookback=50, per_step=True, stride=50, start=cut)
history = model >> fit(windows, epochs=2 if QUICK else 9, validation_data=later, verbose=0)
plot(history)

# %% [markdown]
# The curves part: the network begins to learn the pages by heart, which does not help it with new ones. On these few
# pages more epochs would gain little.
#
# Windows of 50 characters were enough to learn from. To be measured, the network reads all of the held-out text in one
# go, as one long sequence.

# %%
predicted = (model >> predict(held_out[None, :-1], verbose=0))[0].astype("float64")
surprise = -np.log2(predicted[np.arange(len(predicted)), held_out[1:]])
bits = surprise.mean()
print(f"{bits:.2f} bits per character, perplexity {2**bits:.1f}")

# %% [markdown]
# Where do counts stand, and where does the network? It is far ahead of the counts with one or two characters of
# context. Those with three or four are as good or better on a text this short. But they know only contexts that they
# have seen to the letter, thousands of them, where the network decides by itself what of the past to keep in 128
# numbers.

# %%
figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
axes.plot(range(5), bits_of_counts, "o-", color="#0072B2", label="counting")
axes.axhline(bits, color="#D55E00", label="GRU")
axes.set_xticks(range(5))
axes.set_xlabel("characters of context that are counted")
axes.set_ylabel("bits per held-out character")
axes.set_ylim(0)
_ = axes.legend(frameon=False)

# %% [markdown]
# The next picture follows the network through a held-out sentence: how many bits was each character worth? Words are
# hard to guess at their beginning, and easy towards their end.

# %%
start = text.index("in pompous nothings", cut) - cut
sentence = text[cut + start : cut + start + 64]

figure, axes = plt.subplots(figsize=(9, 2.8), layout="constrained")
# What is predicted at place i of the text stands at place i - 1 of the output.
axes.bar(range(len(sentence)), surprise[start - 1 : start - 1 + len(sentence)], color="#0072B2")
axes.set_xticks(range(len(sentence)), sentence, family="monospace")
axes.tick_params(axis="x", length=0)
_ = axes.set_ylabel("surprise in bits")

# %% [markdown]
# The result of the first model. Trained in full, the network needs at least 0.8 bits less than bigrams.

# %% result: next-character model
print(
    f"A GRU needs {bits:.2f} bits for a character of unseen text (perplexity {2**bits:.1f}), unigrams need"
    f" {bits_of_counts[0]:.2f} bits, bigrams {bits_of_counts[1]:.2f}, counts of four characters before"
    f" {bits_of_counts[4]:.2f}"
)
assert bits < bits_of_counts[0] - 0.8
assert bits < bits_of_counts[1] - (0.1 if QUICK else 0.8)

# %% [markdown]
# ## Temperature
#
# To write, draw a character from the predicted probabilities, show it to the network, draw the next. The probabilities
# may be sharpened or flattened before. With the temperature $T$ they become
#
# $$q_i = \frac{p_i^{1/T}}{\sum_j p_j^{1/T}}.$$
#
# At $T = 1$ nothing changes. Towards 0 only the most likely character is left, and with a large $T$ all become equally
# likely.


# %%
def at_temperature(probabilities, temperature):
    powers = probabilities ** (1 / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


# %% [markdown]
# What may follow `mr. b`? The six most likely characters, at three temperatures.

# %%
prompt = np.array([[number_of[character] for character in "she was very fond of mr. b"]])
after = (model >> predict(prompt, verbose=0))[0, -1].astype("float64")
best = np.argsort(-after)[:6]

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for place, (temperature, colour) in enumerate([(0.5, "#0072B2"), (1.0, "#7f7f7f"), (2.0, "#D55E00")]):
    heights = at_temperature(after, temperature)[best]
    axes.bar(np.arange(6) + 0.27 * (place - 1), heights, 0.25, color=colour, label=f"T = {temperature}")
axes.set_xticks(range(6), [f"{levels[number]!r}" for number in best], family="monospace")
axes.set_xlabel('next character after "mr. b"')
axes.set_ylabel("probability")
_ = axes.legend(frameon=False)

# %% [markdown]
# How undecided the network is, the *entropy* $-\sum_i q_i \log_2 q_i$ tells, again in bits. Here is its mean over all
# places of the held-out text.

# %%
temperatures = np.array([0.25, 0.5, 0.75, 1.0, 1.25, 1.5])
entropies = []
for temperature in temperatures:
    q = at_temperature(predicted, temperature)
    entropies.append(-(q * np.log2(np.maximum(q, 1e-300))).sum(axis=-1).mean())
print(dict(zip(temperatures.tolist(), np.round(entropies, 2).tolist(), strict=True)))

# %% [markdown]
# ## Writing
#
# To write, the network has to remember from one call to the next. `stateful_twin` is the same network with states, on
# the same weights, for batches of a fixed size. A batch here has 60 rows, ten for each temperature. Each row begins
# with the same words, and then goes on with the characters that were drawn for it.

# %%
writer = model >> stateful_twin(batch_size=60, timesteps=1)
row_temperatures = np.repeat(temperatures, 10)[:, None]
rng = np.random.default_rng(1)

beginning = "mr. bingley had "
written = [[number_of[character] for character in beginning] for _ in range(60)]
for i in range(len(beginning) + (100 if QUICK else 400)):
    p = op_convert_to_numpy(writer >> predict_on_batch(np.array([[row[i]] for row in written])))[:, 0]
    if i >= len(beginning) - 1:
        # A draw: the first character up to which the probabilities sum up to more than a random number.
        q = at_temperature(p.astype("float64"), row_temperatures)
        drawn = (q.cumsum(axis=1) > rng.random((60, 1))).argmax(axis=1)
        for row, number in zip(written, drawn.tolist(), strict=True):
            row.append(number)

stories = ["".join(levels[number] for number in row) for row in written]
for k in (0, 10, 30, 50):
    print(f"T = {row_temperatures[k, 0]}: {stories[k][:300]}\n")

# %% [markdown]
# When cold, the network repeats what is most likely. When hot, it makes words up. One can count that: how many of the
# words that it wrote occur in the pages that it learned from? Of the words of the held-out text not all do either.

# %%
vocabulary = set(re.findall(r"[a-z]+", text[:cut]))
words_written = [re.findall(r"[a-z]+", " ".join(stories[k : k + 10])) for k in range(0, 60, 10)]
real = [np.mean([word in vocabulary for word in words]) for words in words_written]
real_of_austen = np.mean([word in vocabulary for word in re.findall(r"[a-z]+", text[cut:])])

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
left.plot(temperatures, entropies, "o-", color="#0072B2")
left.axhline(np.log2(len(levels)), color="#7f7f7f", linestyle="--", label="all equally likely")
left.set_xlabel("temperature")
left.set_ylabel("entropy in bits")
left.legend(frameon=False)
right.plot(temperatures, real, "o-", color="#D55E00", label="written")
right.axhline(real_of_austen, color="#7f7f7f", linestyle="--", label="held-out pages")
right.set_xlabel("temperature")
right.set_ylabel("share of known words")
right.set_ylim(0, 1)
_ = right.legend(frameon=False)

# %% [markdown]
# The result: temperature adds entropy, and takes away real words.

# %% result: temperature
print(
    f"From temperature 0.5 to 1 the mean entropy of the next character rises from {entropies[1]:.2f} to"
    f" {entropies[3]:.2f} bits, and real words fall from {real[1]:.0%} to {real[3]:.0%} of what is written"
)
assert np.diff(entropies).min() > 0.1
assert entropies[1] < 0.7 * entropies[3]
assert real[1] > real[5] + 0.2

# %% [markdown]
# ## From characters to words
#
# A network that reads words need not learn to spell. In return there are many more words than characters, and each
# occurs seldom. A regular expression takes the words and the marks between them. `text_tokenizer` numbers the 799 most
# frequent of the training part, from 2 on. All others share number 1, that of `<unk>`.

# %%
words = re.findall(r"mrs?\.|[a-z'-]+|[.,;!?]", text.replace("--", " "))
word_cut = int(0.9 * len(words))

tokenizer = text_tokenizer(num_words=801, oov_token="<unk>", filters="") >> fit_text_tokenizer([words[:word_cut]])
word_numbers = np.array((tokenizer >> texts_to_sequences([words]))[0])
word_of = tokenizer.index_word

print(len(words), "words,", len(set(words)), "different ones")
print(" ".join(word_of[number] for number in word_numbers[200:260].tolist()))

# %% [markdown]
# Again two models that count: how often each word occurs, and what follows each word, mixed with the former as if it
# had been seen thirty times. The measure is the perplexity, now per word.

# %%
train, test = word_numbers[:word_cut], word_numbers[word_cut:]

unigram = np.bincount(train, minlength=801) + 1.0
unigram /= unigram.sum()
follows = np.zeros((801, 801))
np.add.at(follows, (train[:-1], train[1:]), 1)
bigram = (follows + 30 * unigram) / (follows.sum(axis=1, keepdims=True) + 30)

perplexity_of_unigrams = 2 ** -np.log2(unigram[test[1:]]).mean()
perplexity_of_bigrams = 2 ** -np.log2(bigram[test[:-1], test[1:]]).mean()
print(f"perplexity of unigrams {perplexity_of_unigrams:.0f}, of bigrams {perplexity_of_bigrams:.0f}")

# %% [markdown]
# ## A network that reads words
#
# Blocks of twenty words, each with the word after it as its target. The network is as before, with an LSTM, and with
# dropout, since there is little text for so many weights.

# %%
x, y = sequence_reshape(train, timesteps=20, delay=1)
x_test, y_test = sequence_reshape(test, timesteps=20, delay=1)
print(x.shape, y.shape)

set_random_seed(1)

word_model = (
    keras_model_sequential(input_shape=(None,))
    >> layer_embedding(input_dim=801, output_dim=64)
    >> layer_dropout(0.5)
    >> layer_lstm(units=128, return_sequences=True)
    >> layer_dropout(0.5)
    >> layer_dense(units=801, activation="softmax")
)

# %% [markdown]
# Besides the loss there is a second measure: is the right word among the five most likely? In training the network
# does worse than in validation, since dropout is at work in training alone.

# %%
word_model >> compile(
    optimizer=optimizer_adam(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=metric_sparse_top_k_categorical_accuracy(k=5, name="top5"),
)
history = word_model >> fit(
    x[..., 0], y, batch_size=16, epochs=3 if QUICK else 18, validation_data=(x_test[..., 0], y_test), verbose=0
)
plot(history)

# %% [markdown]
# As before, the measure is taken on the held-out text read in one go.

# %%
word_predicted = (word_model >> predict(test[None, :-1], verbose=0))[0].astype("float64")
perplexity = 2 ** -np.log2(word_predicted[np.arange(len(word_predicted)), test[1:]]).mean()

among_five = np.mean((np.argsort(-word_predicted)[:, :5] == test[1:, None]).any(axis=1))
always_the_same_five = np.isin(test[1:], np.argsort(-unigram)[:5]).mean()
print(f"perplexity {perplexity:.0f}; among the first five {among_five:.1%}, with unigrams {always_the_same_five:.1%}")

# %% [markdown]
# What does it propose? For a few beginnings, the most likely next words and their probabilities, by `op_top_k`. `<unk>`
# is left out: it is often likely, but it is not a word.

# %%
for beginning in ["it is a", "she was", "mr. bingley and his", "you must"]:
    (prompt,) = tokenizer >> texts_to_sequences([beginning.split()])
    after = (word_model >> predict(np.array([prompt]), verbose=0))[0, -1]
    after[1] = 0
    top, which = (op_convert_to_numpy(part) for part in op_top_k(after, k=5))
    print(f"{beginning:20}", ", ".join(f"{word_of[n]} {p:.0%}" for n, p in zip(which.tolist(), top, strict=True)))

# %% [markdown]
# And it writes. Here temperature is joined by a second way to keep a network from odd choices, *top-k*: only the
# twenty most likely words are drawn from at all.

# %%
word_writer = word_model >> stateful_twin(batch_size=3, timesteps=1)
word_temperatures = np.array([[0.5], [0.8], [1.1]])
rng = np.random.default_rng(1)

(beginning,) = tokenizer >> texts_to_sequences(["mr. bennet was".split()])
written = [list(beginning) for _ in range(3)]
for i in range(60):
    p = op_convert_to_numpy(word_writer >> predict_on_batch(np.array([[row[i]] for row in written])))[:, 0]
    if i >= len(beginning) - 1:
        p = p.astype("float64")
        p[:, :2] = 0  # 0 is no word, 1 is <unk>
        p[p < np.sort(p, axis=1)[:, [-20]]] = 0
        q = at_temperature(p, word_temperatures)
        drawn = (q.cumsum(axis=1) > rng.random((3, 1))).argmax(axis=1)
        for row, number in zip(written, drawn.tolist(), strict=True):
            row.append(number)

for k in range(3):
    print(f"T = {word_temperatures[k, 0]}: {' '.join(word_of[number] for number in written[k])}\n")

# %% [markdown]
# Phrases of a few words are right, sentences are not. This is what some twenty thousand words can teach: which words
# follow each other and what kind of word is due, but hardly what is being said. Models that write sense have the same
# task, predict what comes next, and are trained on a hundred million times as much text.
#
# **Result**: the network of characters needs at least 0.8 bits per character less than bigrams, a low
# temperature makes for little entropy and many real words, and the network of words has at most 0.6 of the perplexity
# of unigrams, and less than bigrams.

# %% result: next-word model
print(
    f"An LSTM has a perplexity of {perplexity:.0f} per word on unseen text, unigrams {perplexity_of_unigrams:.0f} and"
    f" bigrams {perplexity_of_bigrams:.0f}, and the right word is among its first five {among_five:.0%} of the time,"
    f" where {np.mean(test[1:] == 1):.0%} of the words are <unk>, which counts as a word"
)
assert perplexity < (1 if QUICK else 0.6) * perplexity_of_unigrams
assert perplexity < (1.7 if QUICK else 0.97) * perplexity_of_bigrams
assert among_five > always_the_same_five + (0.01 if QUICK else 0.08)
