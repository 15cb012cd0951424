# Stored answers to names-temperature; `workshop lessons check` tries them.

# %% wrong: the most nats
def best_temperature(scores, labels):
    losses = [calibration.nats(calibration.softmax(scores, temperature), labels) for temperature in grid]
    return grid[np.argmax(losses)]


# %% wrong: always as far as the grid goes
def best_temperature(scores, labels):
    return grid[-1]


# %% wrong: the scores are multiplied
def best_temperature(scores, labels):
    losses = [calibration.nats(calibration.softmax(scores, 1 / temperature), labels) for temperature in grid]
    return grid[np.argmin(losses)]


# %% wrong: by accuracy, which a temperature does not change
def best_temperature(scores, labels):
    right = [np.mean((scores / temperature).argmax(axis=1) == labels) for temperature in grid]
    return grid[np.argmax(right)]


# %% right: with a loop
def best_temperature(scores, labels):
    return min(grid, key=lambda chosen: calibration.nats(calibration.softmax(scores / chosen, 1), labels))
