# %% [markdown]
# # Word embeddings
#
# **What it shows**: how words become vectors. First, that an embedding is a table whose rows are looked up. Then, how
# the rows come to mean something: in a small language whose grammar we know, in a novel, and inside a network that
# solves a task of its own.
#
# **Know before**: layers and training, from [Getting started](getting_started.py). What it means to predict the next
# word is in [Next word, next character](text_generation.py).

# %%
import os
import re

import matplotlib.pyplot as plt
import numpy as np

from pipekeras import *

QUICK = os.environ.get("PIPEKERAS_QUICK") == "1"  # shortens training where only the code is to be tried

# %% [markdown]
# ## An embedding is a table
#
# A network computes with numbers, so words are numbered. The number itself means nothing: word 7 is not larger than
# word 3. One way out is the *one-hot* vector of word $i$, as long as the vocabulary, with a 1 at place $i$ and zeros
# elsewhere. A dense layer without bias makes of it
#
# $$e_i^\top W = W_{i\,\cdot},$$
#
# which is row $i$ of the weights. `layer_embedding` gives that row at once, without multiplying by all the zeros. Here
# it is with weights that are easy to recognise: five words, each with three numbers.

# %%
table = np.arange(15, dtype="float32").reshape(5, 3)
print(table)

embedding = keras_model_sequential(input_shape=(None,)) >> layer_embedding(input_dim=5, output_dim=3)
embedding >> set_weights([table])

sentence = np.array([[3, 1, 3, 0]])
looked_up = embedding >> predict(sentence, verbose=0)
print(looked_up[0])

# %% [markdown]
# And the other way: the same words as one-hot vectors, multiplied by the same table in a dense layer.

# %%
dense = keras_model_sequential(input_shape=(None, 5)) >> layer_dense(units=3, use_bias=False)
dense >> set_weights([table])

one_hot = op_convert_to_numpy(op_one_hot(sentence, 5))
print(one_hot[0])
multiplied = dense >> predict(one_hot, verbose=0)

# %% [markdown]
# The table is learned as any weights are. But the gradient of a row is zero unless its word occurs: a step of training
# moves the rows 0, 1 and 3, and leaves those of the words 2 and 4 where they were.

# %%
embedding >> compile(optimizer=optimizer_sgd(learning_rate=1.0), loss="mse")
embedding >> fit(sentence, np.zeros((1, 4, 3)), epochs=1, verbose=0)
(after,) = get_weights(embedding)
moved = np.abs(after - table).sum(axis=1) > 0
print("moved:", moved.tolist())

# %% result: embedding as a lookup
difference = np.abs(looked_up - multiplied).max()
print(
    f"Looking rows up and multiplying one-hot vectors differ by at most {difference:.1g},"
    f" and a step of training moves {moved.sum()} of 5 rows, those of the words that occur"
)
assert difference < 1e-6
assert np.abs(looked_up[0] - table[[3, 1, 3, 0]]).max() < 1e-6
assert moved.tolist() == [True, True, False, True, False]

# %% [markdown]
# ## A small language
#
# What should the rows be? Words that are used alike should have similar rows. To see whether that comes out, take a
# language in which we know what is used alike: six kinds of words, six words of each, and six forms of a sentence. All
# words of a kind may stand in the same places.

# %%
kinds = {
    "animal": "cat dog horse cow sheep goose".split(),
    "person": "mother father teacher farmer sister uncle".split(),
    "meal": "bread cheese soup rice apples cake".split(),
    "drink": "water milk tea coffee juice lemonade".split(),
    "colour": "black white brown grey spotted golden".split(),
    "place": "garden kitchen field house barn forest".split(),
}
forms = [
    "the <colour> <animal> sleeps in the <place>",
    "the <person> sees a <colour> <animal>",
    "the <person> eats <meal> in the <place>",
    "the <person> pours <drink> for the <person>",
    "a <animal> runs to the <place>",
    "<meal> and <drink> please the <person>",
]

# %% [markdown]
# A sentence is a random form with random words in it. The tokenizer numbers the words. It is told nothing of their
# kinds.

# %%
rng = np.random.default_rng(1)
sentences = [
    re.sub("<(.*?)>", lambda found: str(rng.choice(kinds[found[1]])), str(rng.choice(forms)))
    for _ in range(400 if QUICK else 1500)
]
for sentence in sentences[:4]:
    print(sentence)

tokenizer = text_tokenizer() >> fit_text_tokenizer(sentences)
numbered = tokenizer >> texts_to_sequences(sentences)
size = len(tokenizer.word_index) + 1  # number 0 is no word's
print(numbered[0], "of", size - 1, "words")

# %% [markdown]
# ## Skip-grams
#
# A *skip-gram* is a word and another one that stands near it, here at most two places away. The task is to tell such
# couples, label 1, from couples with a random word, label 0. The latter are called *negative samples*. First, some
# couples of the first sentence. Then, those of all sentences.

# %%
couples, labels = skipgrams(numbered[0], size, window_size=2, negative_samples=2, seed=1)
for (word, other), label in list(zip(couples.tolist(), labels.tolist(), strict=True))[:8]:
    print(f"{tokenizer.index_word[word]:8} {tokenizer.index_word[other]:8} {label}")

pairs = [skipgrams(numbers, size, window_size=2, negative_samples=2, seed=i) for i, numbers in enumerate(numbered)]
couples = np.concatenate([pair.couples for pair in pairs])
labels = np.concatenate([pair.labels for pair in pairs])
print(couples.shape, labels.shape)

# %% [markdown]
# The network has two tables: $u_w$ for the word, $v_c$ for the other one, its context. The probability that the couple
# is of neighbours is
#
# $$p(w, c) = \sigma(u_w \cdot v_c),$$
#
# with the dot product as the only thing that is computed of the two rows. Words that have the same contexts thus need
# rows $u$ that point the same way.

# %%
set_random_seed(1)

word = layer_input(shape=(), dtype="int32")
context = layer_input(shape=(), dtype="int32")
words_table = layer_embedding(input_dim=size, output_dim=8)
contexts_table = layer_embedding(input_dim=size, output_dim=8)

probability = [word >> words_table, context >> contexts_table] >> layer_dot(axes=-1) >> layer_activation("sigmoid")
model = keras_model([word, context], probability)

# %% [markdown]
# The table is kept as it is before training, to compare.

# %%
untrained = np.array(get_weights(words_table)[0])
model >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="binary_crossentropy")
history = model >> fit([couples[:, 0], couples[:, 1]], labels, batch_size=256, epochs=4, verbose=0)
trained = get_weights(words_table)[0]
print(history)

# %% [markdown]
# ## What is near
#
# How similar two rows are, the *cosine* of their angle tells: 1 if they point the same way, 0 if they are at right
# angles,
#
# $$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}.$$
#
# For each of the 36 words: is the word that is nearest to it of the same kind? By chance that is so for 5 of 35.

# %%
names = [name for kind in kinds for name in kinds[kind]]
kind_of = np.repeat(np.arange(6), 6)
rows = [tokenizer.word_index[name] for name in names]

cosines = {}
for title, vectors in {"untrained": untrained[rows], "trained": trained[rows]}.items():
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines[title] = unit @ unit.T
    others = cosines[title] - 2 * np.eye(36)  # no word is its own neighbour
    right = np.mean(kind_of[others.argmax(axis=1)] == kind_of)
    print(f"{title}: of {right:.0%} of the words the nearest is of the same kind")

# %% [markdown]
# All cosines as a picture: the words stand kind by kind, so the blocks along the diagonal are the kinds. What cannot be
# told from the couples, such as which animal is larger, is not there.

# %%
figure, panels = plt.subplots(1, 2, figsize=(8, 4), layout="constrained", sharey=True)
for panel, title in zip(panels, cosines, strict=True):
    image = panel.imshow(cosines[title], cmap="PuOr", vmin=-1, vmax=1)
    panel.set_title(title)
    panel.set_xticks(np.arange(6) * 6 + 2.5, kinds, rotation=45)
panels[0].set_yticks(np.arange(6) * 6 + 2.5, kinds)
_ = figure.colorbar(image, ax=panels, shrink=0.8, label="cosine")

# %% [markdown]
# Eight dimensions cannot be drawn, but the two in which the rows differ most can: their principal components, which the
# singular value decomposition gives.

# %%
centred = trained[rows] - trained[rows].mean(axis=0)
_, strengths, directions = np.linalg.svd(centred, full_matrices=False)
plane = centred @ directions[:2].T
print(f"two of eight dimensions hold {(strengths[:2] ** 2).sum() / (strengths**2).sum():.0%} of the variance")

figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7f7f7f", "#000000"]
for k, (kind, marker) in enumerate(zip(kinds, "osD^vP", strict=True)):
    axes.scatter(*plane[kind_of == k].T, color=colours[k], marker=marker, label=kind)
for name, (across, up) in list(zip(names, plane, strict=True))[::6]:
    axes.annotate(name, (across, up), xytext=(4, 4), textcoords="offset points", fontsize=8)
axes.set_xlabel("first principal component")
axes.set_ylabel("second principal component")
_ = axes.legend(frameon=False, ncols=2)

# %% [markdown]
# The result: the kinds, of which the network was told nothing, are found for at least 9 of 10 words.

# %% result: skip-gram embeddings
same_kind = kind_of[:, None] == kind_of
cosine_inside = cosines["trained"][same_kind & ~np.eye(36, dtype=bool)].mean()
cosine_across = cosines["trained"][~same_kind].mean()
print(
    f"For {right:.0%} of 36 words the nearest by cosine is of the same kind, where chance gives {5 / 35:.0%},"
    f" and the mean cosine is {cosine_inside:.2f} inside of a kind and {cosine_across:.2f} across kinds"
)
assert right >= 0.9
assert cosine_inside > cosine_across + 0.4

# %% [markdown]
# ## Skip-grams of a novel
#
# Real text has no such order, and its words are very unequal: a few, such as *the*, are everywhere and tell little.
# `make_sampling_table` says with which probability each word is to be used, by its rank among all words. The text is
# the beginning of Pride and Prejudice, some twenty thousand words. That is very little: published embeddings have read
# billions.

# %%
text = dataset_pride_and_prejudice().lower().replace("_", "").replace("--", " ")
words = re.findall(r"mrs?\.|[a-z'-]+", text)
novel_tokenizer = text_tokenizer(num_words=600, filters="") >> fit_text_tokenizer([words])
(numbers,) = novel_tokenizer >> texts_to_sequences([words])
sampling = make_sampling_table(600, sampling_factor=0.03)
print(len(words), "words,", len(numbers), "of them among the 599 most frequent")

figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.plot(np.arange(1, 600), sampling[1:], color="#0072B2")
axes.set_xscale("log")
axes.set_xlabel("rank of the word, 1 is the most frequent")
axes.set_ylabel("probability of use")
_ = axes.set_ylim(0, 1.05)

# %% [markdown]
# The network is the same, with more dimensions. Contexts are the words right before and right after: the narrower the
# window, the more it is grammar that makes words similar. Each epoch draws its negative samples anew.

# %%
set_random_seed(1)

word = layer_input(shape=(), dtype="int32")
context = layer_input(shape=(), dtype="int32")
novel_table = layer_embedding(input_dim=600, output_dim=16)
contexts_table = layer_embedding(input_dim=600, output_dim=16)

probability = [word >> novel_table, context >> contexts_table] >> layer_dot(axes=-1) >> layer_activation("sigmoid")
novel_model = keras_model([word, context], probability)
novel_model >> compile(optimizer=optimizer_adam(learning_rate=0.01), loss="binary_crossentropy")

for epoch in range(4 if QUICK else 15):
    couples, labels = skipgrams(numbers, 600, window_size=1, negative_samples=5, sampling_table=sampling, seed=epoch)
    novel_model >> fit([couples[:, 0], couples[:, 1]], labels, batch_size=1024, epochs=1, verbose=0)

# %% [markdown]
# Some words, and the four of the 200 most frequent that are nearest to each. Much is right, and not all.

# %%
vectors = get_weights(novel_table)[0]
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

for name in "he her could sister mr. good is elizabeth".split():
    near = np.argsort(-unit[:201] @ unit[novel_tokenizer.word_index[name]])
    found = [novel_tokenizer.index_word.get(number, "") for number in near.tolist()]
    print(f"{name:10}", ", ".join([other for other in found if other not in (name, "")][:4]))

# %% [markdown]
# Is that more than chance? Grammar gives groups again: pronouns as subjects and as owners, verbs that go with other
# verbs, forms of *to be*. For each word of these groups, the nearest of all the words of the groups should be of its
# own.

# %%
groups = [
    "he she they it i you we",
    "his her my your their our",
    "could would should will can may must might",
    "is was are were",
    "mr. mrs. miss lady sir",
]
members = [name for group in groups for name in group.split()]
group_of = np.repeat(np.arange(5), [len(group.split()) for group in groups])
chosen = unit[[novel_tokenizer.word_index[name] for name in members]]
nearest = (chosen @ chosen.T - 2 * np.eye(len(members))).argmax(axis=1)
grouped = np.mean(group_of[nearest] == group_of)
chance = np.mean([np.sum(group_of == k) - 1 for k in group_of]) / (len(members) - 1)

# %% result: skip-gram embeddings of the novel
print(
    f"After {len(words)} words of a novel, the nearest word is of the same grammatical group for {grouped:.0%} of"
    f" {len(members)} words, where chance gives {chance:.0%}"
)
assert grouped > (0.4 if QUICK else 0.6)

# %% [markdown]
# ## An embedding inside a classifier
#
# Skip-grams are not the only way. An embedding may be the first layer of any network and learn what *its* task needs.
# The task here: is a sentence of the novel spoken by someone, or told by the narrator? The quotation marks tell, so
# the labels come for free. The network gets the words alone.

# %%
spoken, sentences = [], []
for paragraph in text.split("\n\n"):
    # Between a first and a second quotation mark somebody speaks: pieces 1, 3, 5 ...
    for number, piece in enumerate(paragraph.split('"')):
        for part in re.split(r"[.;!?]\s", piece):
            found = re.findall(r"[a-z'-]+", part)
            if len(found) >= 4:
                sentences.append(found)
                spoken.append(number % 2)
spoken = np.array(spoken)
print(len(sentences), "sentences,", f"{spoken.mean():.0%} of them spoken")

# %% [markdown]
# A fifth is held out at random. `pad_sequences` makes all equally long, with zeros, which are no word.

# %%
order = np.random.default_rng(1).permutation(len(sentences))
test, train = order[: len(order) // 5], order[len(order) // 5 :]

sentence_tokenizer = text_tokenizer(num_words=1000) >> fit_text_tokenizer([sentences[i] for i in train])
x = pad_sequences(sentence_tokenizer >> texts_to_sequences(sentences), maxlen=30)
print(x.shape)

# %% [markdown]
# The network is as small as can be: a table of two numbers for each word, their mean over the sentence, and a dense
# layer that decides. With `mask_zero=True` the zeros of the padding do not count in the mean.

# %%
set_random_seed(1)

classifier = (
    keras_model_sequential(input_shape=(30,), dtype="int32")
    >> layer_embedding(input_dim=1000, output_dim=2, mask_zero=True)
    >> layer_global_average_pooling_1d()
    >> layer_dense(units=1, activation="sigmoid")
)
classifier >> compile(optimizer=optimizer_adam(learning_rate=0.02), loss="binary_crossentropy", metrics="accuracy")
classifier >> fit(x[train], spoken[train], batch_size=32, epochs=2 if QUICK else 6, verbose=0)

accuracy = (classifier >> evaluate(x[test], spoken[test], verbose=0))["accuracy"]
always = max(spoken[test].mean(), 1 - spoken[test].mean())
print(f"accuracy {accuracy:.1%}, of always saying the more frequent {always:.1%}")

# %% [markdown]
# Two dimensions can be drawn as they are. The 150 most frequent words, coloured by how often each stands in spoken
# sentences: *I* and *you* at one end, *was* and *Elizabeth* at the other. All lie close to a line: for a single
# decision one number for each word would do. Whether a word is a verb or a pronoun does not matter here. An embedding
# knows what it was trained for.

# %%
places = get_weights(classifier)[0][1:151]
often = np.array([[np.sum(x[train][spoken[train] == k] == n) for k in (0, 1)] for n in range(1, 151)])
share = often[:, 1] / often.sum(axis=1)

figure, axes = plt.subplots(figsize=(7, 4.8), layout="constrained")
dots = axes.scatter(*places.T, c=share, cmap="PuOr", vmin=0, vmax=1, edgecolors="#7f7f7f", s=30)
for name in "i you is my will the were was elizabeth".split():
    number = sentence_tokenizer.word_index[name]
    axes.annotate(name, places[number - 1], xytext=(5, 3), textcoords="offset points", fontsize=9)
axes.set_xlabel("first number of the embedding")
axes.set_ylabel("second number of the embedding")
_ = figure.colorbar(dots, label="share in spoken sentences")

# %% [markdown]
# **Result**: looking rows up is the same as multiplying one-hot vectors. Skip-grams find the kinds of words of a small
# language for at least 9 of 10 words, and the grammatical groups of a novel for at least 6 of 10, several times as
# often as chance. With two numbers for each word, spoken sentences are told from narrated ones in at least 85 of 100
# cases.

# %% result: embedding inside a classifier
print(
    f"With two numbers for each word {accuracy:.0%} of {len(test)} unseen sentences are rightly taken as spoken or"
    f" narrated, and {always:.0%} by always saying the more frequent"
)
assert accuracy > (0.75 if QUICK else 0.85)
assert accuracy > always + (0.1 if QUICK else 0.2)
