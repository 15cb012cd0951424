# Stored answers to tokens-pairs; `workshop lessons check` tries them.

# %% wrong: each different word counts once
def count_pairs(words, times):
    return Counter(pair for word in words for pair in zip(word, word[1:]))


# %% wrong: pairs across the border of words
def count_pairs(words, times):
    counts = Counter()
    text = [token for word, count in zip(words, times) for token in word * count]
    for pair in zip(text, text[1:]):
        counts[pair] += 1
    return counts


# %% wrong: single tokens
def count_pairs(words, times):
    counts = Counter()
    for word, count in zip(words, times):
        for token in word:
            counts[token] += count
    return counts


# %% wrong: a pair counts once a word
def count_pairs(words, times):
    counts = Counter()
    for word, count in zip(words, times):
        for pair in set(zip(word, word[1:])):
            counts[pair] += count
    return counts


# %% wrong: non-overlapping pairs only
def count_pairs(words, times):
    counts = Counter()
    for word, count in zip(words, times):
        for pair in zip(word[::2], word[1::2]):
            counts[pair] += count
    return counts


# %% right: by position, in a plain dictionary
def count_pairs(words, times):
    counts = {}
    for number in range(len(words)):
        word = words[number]
        for place in range(len(word) - 1):
            pair = word[place], word[place + 1]
            counts[pair] = counts.get(pair, 0) + times[number]
    return counts
