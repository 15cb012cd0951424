# Answers to formulas-columns beside its solution; `workshop lessons check` tries them.

# %% wrong: digits as numbers
def columns(places, labels):
    return {"x": places[:, 0], "y": places[:, 1], "digit": list(labels)}


# %% wrong: a row in place of a column
def columns(places, labels):
    return {"x": places[0], "y": places[1], "digit": [str(label) for label in labels]}


# %% wrong: x and y changed over
def columns(places, labels):
    return {"x": places[:, 1], "y": places[:, 0], "digit": [str(label) for label in labels]}


# %% right: in another way
def columns(places, labels):
    x, y = np.transpose(places)
    return {"x": x, "y": y, "digit": list(map(str, labels))}
