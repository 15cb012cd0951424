# Stored answers to found-update; `workshop lessons check` tries them.

# %% wrong: the other way round
def update(weight, features, is_name):
    predicted = sum(weight[feature] for feature in features) > 0
    return int(predicted) - int(is_name)


# %% wrong: it moves where it is right as well
def update(weight, features, is_name):
    return 1 if is_name else -1


# %% wrong: a sum of 0 predicts a name
def update(weight, features, is_name):
    predicted = sum(weight[feature] for feature in features) >= 0
    return int(is_name) - int(predicted)


# %% wrong: it never goes down
def update(weight, features, is_name):
    predicted = sum(weight[feature] for feature in features) > 0
    return int(is_name and not predicted)


# %% wrong: all weights are summed, not those of the features
def update(weight, features, is_name):
    predicted = sum(weight.values()) > 0
    return int(is_name) - int(predicted)


# %% right: case by case
def update(weight, features, is_name):
    total = 0
    for feature in features:
        total += weight[feature]
    if is_name and total <= 0:
        return 1
    if not is_name and total > 0:
        return -1
    return 0
