def best_five(probabilities, names):
    return [names[i] for i in np.argsort(-probabilities)[:5]]
