def correlate(values, known):
    values = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9)
    known = (known - known.mean()) / known.std()
    return (values * known[:, np.newaxis]).mean(axis=0)
