# Answers to inventing-parts beside its solution; `workshop lessons check` tries them.

# %% wrong: a part of a word is taken for the word
def put_together(samples, names):
    text = " ".join(names)
    return np.mean([all(word in text for word in sample.split()) for sample in samples])


# %% wrong: one known word is enough
def put_together(samples, names):
    known = {word for name in names for word in name.split()}
    return np.mean([any(word in known for word in sample.split()) for sample in samples])


# %% wrong: both words from one name
def put_together(samples, names):
    return np.mean([any(set(sample.split()) <= set(name.split()) for name in names) for sample in samples])


# %% wrong: the first word must be a first one, the last a last one
def put_together(samples, names):
    first, last = zip(*(name.split() for name in names))
    return np.mean([sample.split()[0] in first and sample.split()[1] in last for sample in samples])


# %% wrong: only the first two words are looked at
def put_together(samples, names):
    known_words = {word for name in names for word in name.split()}
    return np.mean([known_words.issuperset(sample.split()[:2]) for sample in samples])


# %% right: counted
def put_together(samples, names):
    known = set(" ".join(names).split())
    return sum(set(sample.split()) <= known for sample in samples) / len(samples)
