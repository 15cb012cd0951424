def careful(probabilities, least=0.9):
    return int(np.argmax(probabilities)) if np.max(probabilities) >= least else None
