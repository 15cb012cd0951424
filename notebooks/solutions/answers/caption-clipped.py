# Answers to caption-clipped beside its solution; `workshop lessons check` tries them.

# %% wrong: not clipped, a word counts as often as it is said
def clipped(said, wanted, n):
    own = [tuple(said[place : place + n]) for place in range(len(said) - n + 1)]
    due = {tuple(wanted[place : place + n]) for place in range(len(wanted) - n + 1)}
    return sum(gram in due for gram in own), len(own)


# %% wrong: each kind of n-gram counts once, however often it is wanted
def clipped(said, wanted, n):
    own = {tuple(said[place : place + n]) for place in range(len(said) - n + 1)}
    due = {tuple(wanted[place : place + n]) for place in range(len(wanted) - n + 1)}
    return len(own & due), len(own)


# %% wrong: a share of what is wanted (recall), not of what is said
def clipped(said, wanted, n):
    own = Counter(tuple(said[place : place + n]) for place in range(len(said) - n + 1))
    due = Counter(tuple(wanted[place : place + n]) for place in range(len(wanted) - n + 1))
    return sum((own & due).values()), sum(due.values())


# %% wrong: single words, whatever n is
def clipped(said, wanted, n):
    own, due = Counter(said), Counter(wanted)
    return sum((own & due).values()), sum(own.values())


# %% wrong: the order within an n-gram is lost
def clipped(said, wanted, n):
    own = Counter(tuple(sorted(said[place : place + n])) for place in range(len(said) - n + 1))
    due = Counter(tuple(sorted(wanted[place : place + n])) for place in range(len(wanted) - n + 1))
    return sum((own & due).values()), sum(own.values())


# %% wrong: as if both were of one length
def clipped(said, wanted, n):
    places = range(len(said) - n + 1)
    own = Counter(tuple(said[place : place + n]) for place in places)
    due = Counter(tuple(wanted[place : place + n]) for place in places)
    return sum((own & due).values()), sum(own.values())


# %% right: crossing out what was found
def clipped(said, wanted, n):
    left = [wanted[place : place + n] for place in range(len(wanted) - n + 1)]
    hits = total = 0
    for place in range(len(said) - n + 1):
        total += 1
        if said[place : place + n] in left:
            left.remove(said[place : place + n])
            hits += 1
    return hits, total


# %% wrong: the words of a run are glued together
def clipped(said, wanted, n):
    own = Counter("".join(said[place : place + n]) for place in range(len(said) - n + 1))
    due = Counter("".join(wanted[place : place + n]) for place in range(len(wanted) - n + 1))
    return sum((own & due).values()), sum(own.values())


# %% wrong: what was found is taken out of the sentences that were handed over
def clipped(said, wanted, n):
    hits, runs = 0, [said[place : place + n] for place in range(len(said) - n + 1)]
    for run in runs:
        for place in range(len(wanted) - n + 1):
            if wanted[place : place + n] == run:
                hits += 1
                del wanted[place]
                break
    return hits, len(runs)


# %% right: as a list, the runs by zip
def clipped(said, wanted, n):
    own, due = (Counter(zip(*(words[place:] for place in range(n)))) for words in (said, wanted))
    return [sum(min(count, due[run]) for run, count in own.items()), sum(own.values())]


# %% also right
# 4: len(wanted) - n → len(wanted) + n: runs at the end that are shorter than n are equal to none of n words
# 4: 1 → 2: a run at the end that is shorter than n is equal to none of n words
