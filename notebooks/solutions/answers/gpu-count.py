# Answers to gpu-count beside its solution; `workshop lessons check` tries them.

# %% wrong: a multiplication and no addition
def count(batch, inputs, outputs, each=4):
    return batch * inputs * outputs, each * (batch * inputs + inputs * outputs + batch * outputs)


# %% wrong: the weights are moved for each example
def count(batch, inputs, outputs, each=4):
    return 2 * batch * inputs * outputs, each * batch * (inputs + inputs * outputs + outputs)


# %% wrong: numbers in place of bytes
def count(batch, inputs, outputs, each=4):
    return 2 * batch * inputs * outputs, batch * inputs + inputs * outputs + batch * outputs


# %% wrong: the weights alone are moved
def count(batch, inputs, outputs, each=4):
    return 2 * batch * inputs * outputs, each * inputs * outputs


# %% right: table by table
def count(batch, inputs, outputs, each=4):
    tables = (batch, inputs), (inputs, outputs), (batch, outputs)
    return 2 * batch * inputs * outputs, sum(rows * columns * each for rows, columns in tables)
