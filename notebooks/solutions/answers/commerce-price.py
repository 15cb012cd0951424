# Answers to commerce-price beside its solution; `workshop lessons check` tries them.

# %% wrong: the wrong ones are paid even when a human was asked
def price(probabilities, truth, least):
    asked = probabilities.max(axis=1) < least
    return 1.0 * np.sum(asked) + 10.0 * np.sum(probabilities.argmax(axis=1) != truth)


# %% wrong: asking is free
def price(probabilities, truth, least):
    asked = probabilities.max(axis=1) < least
    return 10.0 * np.sum((probabilities.argmax(axis=1) != truth) & ~asked)


# %% wrong: asked at the limit itself
def price(probabilities, truth, least):
    asked = probabilities.max(axis=1) <= least
    wrong = probabilities.argmax(axis=1) != truth
    return 1.0 * np.sum(asked) + 10.0 * np.sum(wrong & ~asked)


# %% wrong: the sure ones are asked about
def price(probabilities, truth, least):
    asked = probabilities.max(axis=1) > least
    wrong = probabilities.argmax(axis=1) != truth
    return 1.0 * np.sum(asked) + 10.0 * np.sum(wrong & ~asked)


# %% right: picture by picture
def price(probabilities, truth, least):
    euros = 0
    for row, true in zip(probabilities, truth):
        if max(row) < least:
            euros += 1
        elif row[true] < max(row):
            euros += 10
    return euros


# %% wrong: who is asked loses the probabilities that were handed over
def price(probabilities, truth, least):
    asked = probabilities.max(axis=1) < least
    wrong = (probabilities.argmax(axis=1) != truth) & ~asked
    probabilities[asked] = 0
    return 1.0 * asked.sum() + 10.0 * wrong.sum()
