# Answers to speech-ended beside its solution; `workshop lessons check` tries them.

# %% wrong: the silence before the word ends it
def word_ended(loud, patience):
    quiet = 0
    for number, is_loud in enumerate(loud):
        quiet = 0 if is_loud else quiet + 1
        if quiet == patience:
            return number
    return None


# %% wrong: pauses within the word are counted together
def word_ended(loud, patience):
    begun = False
    quiet = 0
    for number, is_loud in enumerate(loud):
        begun = begun or bool(is_loud)
        quiet += begun and not is_loud
        if begun and quiet == patience:
            return number
    return None


# %% wrong: one frame too late
def word_ended(loud, patience):
    begun = False
    quiet = 0
    for number, is_loud in enumerate(loud):
        begun = begun or bool(is_loud)
        quiet = 0 if is_loud else quiet + 1
        if begun and quiet > patience:
            return number
    return None


# %% wrong: the end of the last word
def word_ended(loud, patience):
    spoken = np.flatnonzero(loud)
    if len(spoken) == 0 or spoken[-1] + patience >= len(loud):
        return None
    return int(spoken[-1] + patience)


# %% wrong: the first quiet frame
def word_ended(loud, patience):
    begun = False
    for number, is_loud in enumerate(loud):
        begun = begun or bool(is_loud)
        if begun and not is_loud:
            return number
    return None


# %% wrong: -1 where it is not over
def word_ended(loud, patience):
    quiet = None
    for number, is_loud in enumerate(loud):
        quiet = 0 if is_loud else None if quiet is None else quiet + 1
        if quiet == patience:
            return number
    return -1


# %% right: as a search in a text
def word_ended(loud, patience):
    text = "".join("#" if is_loud else "." for is_loud in loud)
    found = text.find("#" + "." * patience)
    return None if found < 0 else found + patience


# %% right: by counting
def word_ended(loud, patience):
    quiet = None
    for number, is_loud in enumerate(loud):
        if is_loud:
            quiet = 0
        elif quiet is not None:
            quiet += 1
            if quiet == patience:
                return number
    return None
