# Answers to found-step beside its solution; `workshop lessons check` tries them.

# %% wrong: the other way round
def step_of(weight, facts, name):
    says = sum(weight[fact] for fact in facts) > 0
    return int(says) - int(name)


# %% wrong: it moves where it is right as well
def step_of(weight, facts, name):
    return 1 if name else -1


# %% wrong: a sum of 0 says name
def step_of(weight, facts, name):
    says = sum(weight[fact] for fact in facts) >= 0
    return int(name) - int(says)


# %% wrong: it never goes down
def step_of(weight, facts, name):
    says = sum(weight[fact] for fact in facts) > 0
    return int(name and not says)


# %% wrong: all weights are summed, not those of the facts
def step_of(weight, facts, name):
    says = sum(weight.values()) > 0
    return int(name) - int(says)


# %% right: case by case
def step_of(weight, facts, name):
    total = 0
    for fact in facts:
        total += weight[fact]
    if name and total <= 0:
        return 1
    if not name and total > 0:
        return -1
    return 0
