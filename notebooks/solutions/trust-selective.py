def selective(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    if not answered.any():
        return 0.0, 1.0
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), right[answered].mean()
