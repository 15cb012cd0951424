# Answers to words-longest beside its solution; `lessonkit check` tries them.

# %% wrong: the last of the alphabet
def longest(words):
    return max(words)


# %% wrong: its length
def longest(words):
    return max(len(word) for word in words)


# %% wrong: the last of the longest
def longest(words):
    return sorted(words, key=len)[-1]


# %% right: by sorting
def longest(words):
    return sorted(words, key=len, reverse=True)[0]
