# Answers to since-doubling beside its solution; `workshop lessons check` tries them.

# %% wrong: years, not months
def months_to_double(years, operations):
    slope, _ = np.polyfit(years, np.log2(operations), 1)
    return 1 / slope


# %% wrong: by the natural logarithm
def months_to_double(years, operations):
    slope, _ = np.polyfit(years, np.log(operations), 1)
    return 12 / slope


# %% wrong: the factor of a year, not its doublings
def months_to_double(years, operations):
    slope, _ = np.polyfit(years, np.log2(operations), 1)
    return 12 / 2**slope


# %% wrong: from the first to the last
def months_to_double(years, operations):
    doublings = np.log2(operations[-1] / operations[0])
    return 12 * (years[-1] - years[0]) / doublings


# %% right: the slope by covariance, and ln 2 at the end
def months_to_double(years, operations):
    away = years - years.mean()
    slope = (away * np.log(operations)).sum() / (away**2).sum()
    return 12 * np.log(2) / slope
