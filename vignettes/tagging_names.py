# %% [markdown]
# # Tagging names: a bidirectional LSTM
#
# **What it shows**: a network reads a sentence and says of each word whether it belongs to the name of a person, of a
# place, or to none: many words in, as many answers out. *Florence* may be a woman or a city, and what decides often
# comes only after the word. A bidirectional LSTM reads from both ends, and it is measured what that is worth. Some of
# the names it has to find it never met before.
#
# **Know before**: what an LSTM is, and padding and masks, from [Sentiment](sentiment.py).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## Tags
#
# A name may be longer than a word. So the first word of a name is tagged `B-` (it begins there), the others `I-` (still
# inside), and words that are no names `O` (outside). `PER` is a person and `LOC` a place:
#
# | we | met | florence | baker | in | new | york |
# |---|---|---|---|---|---|---|
# | O | O | B-PER | I-PER | O | B-LOC | I-LOC |
#
# Sentences are in small letters, as speech is: no capital gives a name away.

# %%
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]

# %% [markdown]
# ## Sentences from a grammar
#
# First the names. Some are of a person or of a place, and some of a person or a plant: only the sentence says which.
# The others are rare. A third of the rare ones is kept for the test: the network never sees them in training.

# %%
PERSON_OR_PLACE = "adelaide austin charlotte chelsea florence georgia jordan sydney victoria vienna".split()
PERSON_OR_PLANT = "basil heather iris ivy jasmine lily olive poppy rose violet".split()
PEOPLE = """anna ben carla david emma fatima greta hassan ines jakob karin leo maria nadia otto paula quentin rosa
    samuel tanja ulrich vera walter xenia yusuf zoe bruno clara dora emil""".split()
PLACES = """athens bergen cairo delhi essen fes ghent hanoi ithaca jena kyoto lima malmo nairobi oslo porto quito riga
    seoul turin utrecht vilnius warsaw xian york zurich bremen cork dover exeter""".split()
SURNAMES = "baker hill king stone".split()
ENDINGS = "bay hill market street".split()
THINGS = """bread bridge cake candle carpet clock coat door engine garden hammer hat kettle ladder lamp letter mirror
    oven piano pillow radio roof shelf soup spoon table tea towel wheel window""".split()

# %% [markdown]
# A slot of a sentence is filled by one of these. Half of all names are among the ambiguous ones, and some have two
# words: *florence hill* is a person or a place, and so is *hill*.

# %%


def name(rng, kind, rare):
    """Words for a slot; `rare` says which of the rare names may be used."""
    if kind == "PLANT":
        return [rng.choice(PERSON_OR_PLANT)]
    if kind == "THING":
        return [rng.choice(THINGS[rare])]
    both = PERSON_OR_PLACE + PERSON_OR_PLANT if kind == "PER" else PERSON_OR_PLACE
    words = [rng.choice(both if rng.random() < 0.5 else (PEOPLE if kind == "PER" else PLACES)[rare])]
    if rng.random() < 0.3:
        words.append(rng.choice(SURNAMES if kind == "PER" else ENDINGS))
    return words


rng = np.random.default_rng(1)
for kind in ("PER", "LOC", "PLANT", "THING"):
    print(kind, [" ".join(name(rng, kind, slice(20))) for _ in range(6)])

# %% [markdown]
# Now the sentences, in two groups. In the first, what decides comes before the slot.

# %%
BEFORE = [
    "my sister PER called",
    "he married PER last year",
    "they listened to doctor PER and left",
    "we travelled to LOC",
    "the train to LOC was late",
    "she was born in the city of LOC",
    "he planted PLANT last year",
    "they watered the PLANT and left",
    "the old THING was broken",
    "he bought a THING last year",
]

# %% [markdown]
# In the second it comes after the slot, at once or some words later: up to there the sentences are the same.

# %%
OPENINGS = ["", "yesterday", "i remember that", "they say that", "as you know"]
INSERTIONS = ["", "", "of course", "so they say", "as everyone here will tell you"]
CLOSINGS = {
    "PER": ["laughed and went home", "has a brother", "sings", "told us a story"],
    "LOC": ["lies on a river", "has a harbour", "is full of tourists", "has two theatres"],
    "PLANT": ["grows in the shade", "has green leaves", "needs water", "was in flower"],
    "THING": ["broke in two", "has a price", "is for sale", "fell on the floor"],
}


def after(rng):
    kind = rng.choice(list(CLOSINGS))
    parts = [rng.choice(OPENINGS), kind, rng.choice(INSERTIONS), rng.choice(CLOSINGS[kind])]
    return " ".join(part for part in parts if part)


rng = np.random.default_rng(2)
for _ in range(5):
    print(after(rng))

# %% [markdown]
# A sentence is its words and their tags: people and places are names, plants and things are not. Half of the sentences
# are of the first group, half of the second.

# %%


def sentence(rng, rare, decided_after):
    words, tags = [], []
    for word in (after(rng) if decided_after else rng.choice(BEFORE)).split():
        filling = name(rng, word, rare) if word.isupper() else [word]
        words += filling
        if word in ("PER", "LOC"):
            tags += [f"B-{word}"] + [f"I-{word}"] * (len(filling) - 1)
        else:
            tags += ["O"] * len(filling)
    return [str(word) for word in words], tags


rng = np.random.default_rng(3)
training = [sentence(rng, slice(20), i % 2 == 1) for i in range(1500 if QUICK else 3000)]
seen = {" ".join(words) for words, _ in training}
test = []
while len(test) < 1000:  # half of each group; what is in the training by chance is drawn again
    words, tags = sentence(rng, slice(20, 30), len(test) % 2 == 1)
    if " ".join(words) not in seen:
        test.append((words, tags))
decided_after = np.arange(1000) % 2 == 1

for words, tags in test[:4]:
    print(" ".join(f"{word}/{tag}" if tag != "O" else word for word, tag in zip(words, tags, strict=True)))

# %% [markdown]
# ## Words that the network does not know
#
# The tokenizer numbers the words by how often they occur, and keeps the most frequent alone. Rare words all become
# `<unknown>`, the names that are new in the test among them. As in the training sentences *anna*, *athens* and *bread*
# are rare as well, the network learns to tell from the sentence what an unknown word is.

# %%
tokenizer = text_tokenizer(num_words=104, oov_token="<unknown>") >> fit_text_tokenizer([words for words, _ in training])
by_rank = list(tokenizer.word_index)
print("known are    ", ", ".join(by_rank[1:10]), "...", ", ".join(by_rank[97:103]))
print("unknown are  ", ", ".join(by_rank[103:110]), "...", ", ".join(by_rank[-4:]))
print(test[2][0], "->", texts_to_sequences(tokenizer, [test[2][0]])[0])

# %% [markdown]
# ## Padding, and weights that leave it out
#
# Sentences are filled up with zeros to the length of the longest, and their tags with `O`. That must not count, or the
# network is praised for tagging nothing as `O`. So each word gets the weight 1 in the loss, and each place behind a
# sentence 0.

# %%
length = max(len(words) for words, _ in training + test)
x_train = tokenizer >> texts_to_sequences([words for words, _ in training]) >> pad_sequences(length, padding="post")
x_test = tokenizer >> texts_to_sequences([words for words, _ in test]) >> pad_sequences(length, padding="post")
y_train = pad_sequences([[TAGS.index(tag) for tag in tags] for _, tags in training], length, padding="post")
y_test = pad_sequences([[TAGS.index(tag) for tag in tags] for _, tags in test], length, padding="post")
weights = (x_train != 0).astype("float32")

print(x_train.shape, y_train.shape, weights.shape)
print(f"O everywhere would be right at {np.mean(y_test == 0):.0%} of all places, and at", end=" ")
print(f"{np.mean(y_test[x_test != 0] == 0):.0%} of the words")

# %% [markdown]
# ## The model
#
# `bidirectional` runs one LSTM from the first word to the last and another from the last to the first. At step $t$ the
# first has read $x_1 \dots x_t$, the second $x_T \dots x_t$, and the tag is read off both states, put side by side:
#
# $$p_t = \mathrm{softmax}\left(W\,[\overrightarrow{h}_t, \overleftarrow{h}_t] + b\right)$$
#
# `return_sequences=True` keeps the states of all steps: many to many. The dense layer is applied at each step with the
# same weights. `mask_zero=True` lets the backward LSTM begin at the last word instead of in the padding.

# %%
set_random_seed(1)

tagger = (
    keras_model_sequential(input_shape=(None,))
    >> layer_embedding(input_dim=104, output_dim=16, mask_zero=True)
    >> bidirectional(layer_lstm(units=16, return_sequences=True))
    >> layer_dense(units=5, activation="softmax")
)
summary(tagger)

# %% [markdown]
# `sample_weight` has a weight for each word. A metric that is to heed the weights is named under `weighted_metrics`.

# %%
tagger >> compile(
    optimizer=optimizer_adam(learning_rate=0.02),
    loss="sparse_categorical_crossentropy",
    weighted_metrics="accuracy",
)
history = tagger >> fit(
    x_train, y_train, sample_weight=weights, batch_size=32, epochs=4 if QUICK else 8, validation_split=0.1, verbose=0
)
plot(history)

# %% [markdown]
# Does the padding really not count? By hand, the loss is the mean of $-\log p$ of the true tag over all words of the
# test sentences, and over nothing else. (Keras passes the mask on to the loss, so here mask and weights say the same.
# Where no layer makes a mask, the weights alone do it. All sentences are one batch, as `evaluate` gives the mean over
# batches, and these have different numbers of words.)

# %%
p = tagger >> predict(x_test, verbose=0)
p_of_truth = np.take_along_axis(p, y_test[:, :, None], axis=-1)[:, :, 0]
by_hand = -np.log(p_of_truth[x_test != 0]).mean()
score = tagger >> evaluate(
    x_test, y_test, sample_weight=(x_test != 0).astype("float32"), batch_size=len(x_test), verbose=0
)
print(f"loss by hand {by_hand:.5f}, of evaluate {score['loss']:.5f}")

# %% [markdown]
# ## How good is it?
#
# Accuracy says little, as nearly all words are `O`. What counts is names: one is found if its first word, its last and
# its kind are right. Precision is the share of the names reported that are right, recall the share of the true names
# that were found, and $F_1$ their harmonic mean. With $T$ the true names and $P$ those reported,
#
# $$F_1 = \frac{2\,|T \cap P|}{|T| + |P|}$$

# %%


def names(tags):
    """The names in rows of tag numbers: row, first step, step after the last, kind."""
    found = set()
    for row, numbers in enumerate(tags):
        for first, number in enumerate(numbers):
            if TAGS[number].startswith("B-"):
                kind, end = TAGS[number][2:], first + 1
                while end < len(numbers) and TAGS[numbers[end]] == f"I-{kind}":
                    end += 1
                found.add((row, first, end, kind))
    return found


def f1(truth, tags):
    true, reported = names(truth), names(tags)
    return 2 * len(true & reported) / (len(true) + len(reported))


print(test[2][1], names([[TAGS.index(tag) for tag in test[2][1]]]))

# %% [markdown]
# **Result**: in sentences it has never seen, the tagger finds names with an $F_1$ of at least 0.95, and as well those
# that it met for the first time. To the network these are `<unknown>`, as are some things that are no names: it tells
# them by the sentence alone. The loss is that of the words, to 0.0001.

# %% result: tagging of names
tags_both = np.where(x_test != 0, p.argmax(axis=-1), 0)
with_new_name = ((x_test == 1) & (y_test > 0)).any(axis=1)
f1_all = f1(y_test, tags_both)
f1_new = f1(y_test[with_new_name], tags_both[with_new_name])
print(
    f"Names in {len(test)} unseen sentences are found with an F1 of {f1_all:.3f},"
    f" in the {with_new_name.sum()} sentences with a name never met before of {f1_new:.3f}"
)
assert f1_all > (0.6 if QUICK else 0.95)
assert f1_new > (0.6 if QUICK else 0.95)
assert abs(score["loss"] - by_hand) < 1e-4

# %% [markdown]
# ## One direction
#
# Now the same without the way back: one LSTM, which reads forward alone. It gets more units, so that it has as many
# weights.

# %%
set_random_seed(1)

forward = (
    keras_model_sequential(input_shape=(None,))
    >> layer_embedding(input_dim=104, output_dim=16, mask_zero=True)
    >> layer_lstm(units=25, return_sequences=True)
    >> layer_dense(units=5, activation="softmax")
)
forward >> compile(
    optimizer=optimizer_adam(learning_rate=0.02),
    loss="sparse_categorical_crossentropy",
    weighted_metrics="accuracy",
)
forward >> fit(x_train, y_train, sample_weight=weights, batch_size=32, epochs=4 if QUICK else 8, verbose=0)
p_forward = forward >> predict(x_test, verbose=0)
tags_forward = np.where(x_test != 0, p_forward.argmax(axis=-1), 0)
print(tagger.count_params(), "weights in two directions,", forward.count_params(), "in one")

# %% [markdown]
# Two sentences that differ only at their end. Each column holds the probabilities of a word's tags, dark for likely.
# At *jordan* the forward network can but bet, and its bet is the same in both. When it reads *sings* it is too late.

# %%
pair = ["yesterday jordan of course sings", "yesterday jordan of course lies on a river"]
figure, panels = plt.subplots(2, 2, figsize=(7, 5.4), layout="constrained", sharey=True, width_ratios=(5, 8))
for row, title, network in zip(panels, ("one direction", "two directions"), (forward, tagger), strict=True):
    for axes, text in zip(row, pair, strict=True):
        probabilities = (network >> predict(pad_sequences(texts_to_sequences(tokenizer, [text])), verbose=0))[0]
        axes.imshow(probabilities.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set_xticks(range(len(probabilities)), text.split(), rotation=45, ha="right")
        axes.set_yticks(range(5), TAGS)
        axes.set_title(title)
plt.show()

# %% [markdown]
# Which tags are taken for which, over all words of the test? Rows are the truth, and each adds up to 100 %.

# %%
figure, panels = plt.subplots(1, 2, figsize=(7, 4.3), layout="constrained", sharey=True)
for axes, title, tags in zip(panels, ("one direction", "two directions"), (tags_forward, tags_both), strict=True):
    confusion = np.zeros((5, 5))
    np.add.at(confusion, (y_test[x_test != 0], tags[x_test != 0]), 1)
    percent = 100 * confusion / confusion.sum(axis=1, keepdims=True)
    axes.imshow(percent, cmap="Blues", vmin=0, vmax=100)
    for row, column in np.ndindex(5, 5):
        colour = "white" if percent[row, column] > 50 else "black"
        axes.text(column, row, f"{percent[row, column]:.0f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(5), TAGS, rotation=45, ha="right")
    axes.set_yticks(range(5), TAGS)
    axes.set(title=title, xlabel="tagged as")
panels[0].set_ylabel("in truth")
plt.show()

# %% [markdown]
# The second words of names, `I-`, are mostly easy for both: the first has been read, and *street* is no surname, though
# *hill* is. It is where a name begins that the past is not enough. Here is the $F_1$ of the two groups of sentences.

# %%
groups = {"decided by words before": ~decided_after, "decided by words after": decided_after}
f1_forward = [f1(y_test[rows], tags_forward[rows]) for rows in groups.values()]
f1_both = [f1(y_test[rows], tags_both[rows]) for rows in groups.values()]

figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.bar(np.arange(2) - 0.2, f1_forward, 0.38, color="#D55E00", label="one direction")
axes.bar(np.arange(2) + 0.2, f1_both, 0.38, color="#0072B2", label="two directions")
axes.set_xticks(range(2), groups)
axes.set(ylim=(0, 1.05), ylabel="F1 of names")
figure.legend(loc="outside upper right", ncols=2, frameon=False)
plt.show()

# %% [markdown]
# ## Beyond the grammar
#
# The tagger knows the sentences of this grammar, not English. Here are some that the grammar cannot write, and it need
# not get them right: a network learns what it is shown. From sentences that people wrote and tagged, the same model
# would learn more.

# %%
for text in [
    "my brother was born in florence",
    "rose and her sister travelled to vienna",
    "jasmine hill told us that the train to jasmine street was late",
    "is there a train to victoria market in adelaide",
    "her sister violet laughed and left",
]:
    numbers = texts_to_sequences(tokenizer, [text])
    best = (tagger >> predict(pad_sequences(numbers), verbose=0))[0].argmax(axis=-1)
    print(" ".join(word if tag == 0 else f"{word}/{TAGS[tag]}" for word, tag in zip(text.split(), best, strict=True)))

# %% [markdown]
# **Result**: where the words before a name decide, both networks have an $F_1$ above 0.95. Where the words after it
# decide, reading in two directions is worth at least 0.3 of $F_1$. The price: a sentence must be complete before it can
# be tagged, so a bidirectional network cannot tag speech as it is spoken, nor predict what comes next.

# %% result: what the future is worth: one direction against two
print(
    f"Where the words after a name decide, one direction finds names with an F1 of {f1_forward[1]:.3f}, two with"
    f" {f1_both[1]:.3f}; where the words before decide, {f1_forward[0]:.3f} and {f1_both[0]:.3f}"
)
assert f1_both[1] > f1_forward[1] + (0.2 if QUICK else 0.3)
assert min(f1_forward[0], f1_both[0]) > (0.6 if QUICK else 0.95)
