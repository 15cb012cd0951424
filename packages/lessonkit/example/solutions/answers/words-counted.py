# Answers to words-counted beside its solution; `lessonkit check` tries them.

# %% wrong: begins with one
def counted(words):
    found = {}
    for word in words:
        found[word] = found.get(word, 1) + 1
    return found


# %% wrong: each once
def counted(words):
    return dict.fromkeys(words, 1)


# %% wrong: their lengths
def counted(words):
    return {word: len(word) for word in words}


# %% right: by the list's own count
def counted(words):
    return {word: words.count(word) for word in words}
