# Stored answers to sf-exponent; `workshop lessons check` tries them.

# %% wrong: without logarithms
def exponent(sizes, losses):
    return float(np.polyfit(sizes, losses, 1)[0])


# %% wrong: one logarithm only
def exponent(sizes, losses):
    return float(np.polyfit(np.log(sizes), losses, 1)[0])


# %% wrong: the intercept
def exponent(sizes, losses):
    return float(np.polyfit(np.log(sizes), np.log(losses), 1)[1])


# %% wrong: both exchanged
def exponent(sizes, losses):
    return float(np.polyfit(np.log(losses), np.log(sizes), 1)[0])


# %% wrong: the first and the last point alone
def exponent(sizes, losses):
    return float(np.log(losses[-1] / losses[0]) / np.log(sizes[-1] / sizes[0]))


# %% right: by covariance
def exponent(sizes, losses):
    x, y = np.log10(sizes), np.log10(losses)
    return float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
