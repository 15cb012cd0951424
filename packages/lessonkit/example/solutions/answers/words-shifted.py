# Answers to words-shifted beside its solution; `lessonkit check` tries them.

# %% wrong: past z
def shifted(text, by):
    return "".join(chr(ord(letter) + by) for letter in text)


# %% wrong: backwards
def shifted(text, by):
    return "".join(chr((ord(letter) - 97 - by) % 26 + 97) for letter in text)


# %% wrong: an alphabet of 25
def shifted(text, by):
    return "".join(chr((ord(letter) - 97 + by) % 25 + 97) for letter in text)


# %% right: by an alphabet
def shifted(text, by):
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[(alphabet.index(letter) + by) % len(alphabet)] for letter in text)
