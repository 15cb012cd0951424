# Answers to rides-means beside its solution; `lessonkit check` tries them.

# %% wrong: the sum
def means(rides):
    return rides.groupby("station")["minutes"].sum()


# %% wrong: how many
def means(rides):
    return rides.groupby("station")["minutes"].count()


# %% wrong: of the whole table
def means(rides):
    return rides["minutes"].mean()


# %% wrong: groups by the minutes
def means(rides):
    return rides.groupby("minutes")["minutes"].mean()


# %% right: sum by number
def means(rides):
    groups = rides.groupby("station")["minutes"]
    return groups.sum() / groups.count()
