# Answers to gan-follow beside its solution; `workshop lessons check` tries them.

# %% wrong: the pace is how much of the old one stays
def follow(average, weight, pace):
    return pace * average + (1 - pace) * weight


# %% wrong: the old one does not fade
def follow(average, weight, pace):
    return average + pace * weight


# %% wrong: the mean of the two
def follow(average, weight, pace):
    return (average + weight) / 2


# %% wrong: away from the weight
def follow(average, weight, pace):
    return average + pace * (average - weight)


# %% wrong: the old average itself is changed, and with it whoever else holds it
def follow(average, weight, pace):
    average += pace * (weight - average)
    return average


# %% right: two shares
def follow(average, weight, pace):
    return (1 - pace) * average + pace * weight


# %% wrong: a list, number by number
def follow(average, weight, pace):
    return [old + pace * (new - old) for old, new in zip(average, weight)]
