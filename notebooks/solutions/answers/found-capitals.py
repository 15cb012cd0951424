# Stored answers to found-capitals; `workshop lessons check` tries them.

# %% wrong: the first word, too
def capitals(line):
    return {word for word in WORD.findall(line) if word[0].isupper() and word.split("'")[0] != "I"}


# %% wrong: I is taken for a name
def capitals(line):
    return {word for word in WORD.findall(line)[1:] if word[0].isupper()}


# %% wrong: whatever begins with the letter I is left out
def capitals(line):
    return {word for word in WORD.findall(line)[1:] if word[0].isupper() and word[0] != "I"}


# %% wrong: the first word is left out everywhere
def capitals(line):
    words = WORD.findall(line)
    found = {word for word in words if word[0].isupper() and word.split("'")[0] != "I"}
    return found - set(words[:1])


# %% wrong: a list, with what comes twice
def capitals(line):
    return [word for word in WORD.findall(line)[1:] if word[0].isupper() and word.split("'")[0] != "I"]


# %% right: by a loop
def capitals(line):
    found = set()
    for place, word in enumerate(WORD.findall(line)):
        if place > 0 and word[0] != word[0].lower() and word != "I" and not word.startswith("I'"):
            found.add(word)
    return found
