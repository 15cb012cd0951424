def interval(values):
    """values: 2 to 10 numbers → mean, half of the interval"""
    count = len(values)
    return np.mean(values), STUDENT[count] * np.std(values, ddof=1) / count**0.5
