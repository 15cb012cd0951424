def macro_accuracy(truth, answers):
    return np.mean([np.mean(answers[truth == region] == region) for region in np.unique(truth)])
