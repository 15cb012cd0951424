# Stored answers to names-ngrams; `workshop lessons check` tries them.

# %% wrong: without the edges
def letter_ngrams(name, longest):
    return [name[i : i + n] for n in range(1, longest + 1) for i in range(len(name) - n + 1)]


# %% wrong: each n-gram only once
def letter_ngrams(name, longest):
    text = f" {name} "
    return list({text[i : i + n] for n in range(1, longest + 1) for i in range(len(text) - n + 1)})


# %% wrong: only the longest
def letter_ngrams(name, longest):
    text = f" {name} "
    return [text[i : i + longest] for i in range(len(text) - longest + 1)]


# %% wrong: shorter ones at the end as well
def letter_ngrams(name, longest):
    text = f" {name} "
    return [text[i : i + n] for n in range(1, longest + 1) for i in range(len(text))]


# %% wrong: the last place is left out
def letter_ngrams(name, longest):
    text = f" {name} "
    return [text[i : i + n] for n in range(1, longest + 1) for i in range(len(text) - n)]


# %% right: from each place on
def letter_ngrams(name, longest):
    text, found = f" {name} ", []
    for begin in range(len(text)):
        found += [text[begin:end] for end in range(begin + 1, min(begin + longest, len(text)) + 1)]
    return found
