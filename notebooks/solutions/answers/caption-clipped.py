# Stored answers to caption-clipped; `workshop lessons check` tries them.

# %% wrong: not clipped, a word counts as often as it occurs in the candidate
def clipped(candidate, reference, n):
    own = [tuple(candidate[place : place + n]) for place in range(len(candidate) - n + 1)]
    due = {tuple(reference[place : place + n]) for place in range(len(reference) - n + 1)}
    return sum(gram in due for gram in own), len(own)


# %% wrong: each different n-gram counts once
def clipped(candidate, reference, n):
    own = {tuple(candidate[place : place + n]) for place in range(len(candidate) - n + 1)}
    due = {tuple(reference[place : place + n]) for place in range(len(reference) - n + 1)}
    return len(own & due), len(own)


# %% wrong: recall, not precision
def clipped(candidate, reference, n):
    own = Counter(tuple(candidate[place : place + n]) for place in range(len(candidate) - n + 1))
    due = Counter(tuple(reference[place : place + n]) for place in range(len(reference) - n + 1))
    return sum((own & due).values()), sum(due.values())


# %% wrong: single words, whatever n is
def clipped(candidate, reference, n):
    own, due = Counter(candidate), Counter(reference)
    return sum((own & due).values()), sum(own.values())


# %% wrong: the order within an n-gram is lost
def clipped(candidate, reference, n):
    own = Counter(tuple(sorted(candidate[place : place + n])) for place in range(len(candidate) - n + 1))
    due = Counter(tuple(sorted(reference[place : place + n])) for place in range(len(reference) - n + 1))
    return sum((own & due).values()), sum(own.values())


# %% wrong: as if both were of one length
def clipped(candidate, reference, n):
    places = range(len(candidate) - n + 1)
    own = Counter(tuple(candidate[place : place + n]) for place in places)
    due = Counter(tuple(reference[place : place + n]) for place in places)
    return sum((own & due).values()), sum(own.values())


# %% right: crossing out what was found
def clipped(candidate, reference, n):
    left = [reference[place : place + n] for place in range(len(reference) - n + 1)]
    hits = total = 0
    for place in range(len(candidate) - n + 1):
        total += 1
        if candidate[place : place + n] in left:
            left.remove(candidate[place : place + n])
            hits += 1
    return hits, total


# %% wrong: the words of a run are glued together
def clipped(candidate, reference, n):
    own = Counter("".join(candidate[place : place + n]) for place in range(len(candidate) - n + 1))
    due = Counter("".join(reference[place : place + n]) for place in range(len(reference) - n + 1))
    return sum((own & due).values()), sum(own.values())


# %% wrong: what was found is taken out of the sentences that were handed over
def clipped(candidate, reference, n):
    hits, runs = 0, [candidate[place : place + n] for place in range(len(candidate) - n + 1)]
    for run in runs:
        for place in range(len(reference) - n + 1):
            if reference[place : place + n] == run:
                hits += 1
                del reference[place]
                break
    return hits, len(runs)


# %% right: as a list, the runs by zip
def clipped(candidate, reference, n):
    own, due = (Counter(zip(*(words[place:] for place in range(n)))) for words in (candidate, reference))
    return [sum(min(count, due[run]) for run, count in own.items()), sum(own.values())]


# %% also right
# 4: len(reference) - n → len(reference) + n: n-grams cut off at the end match none of length n
# 4: 1 → 2: an n-gram cut off at the end matches none of length n
