def macro_accuracy(labels, predictions):
    return np.mean([np.mean(predictions[labels == region] == region) for region in np.unique(labels)])
