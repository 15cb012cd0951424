def cosine_similarity(one, other):
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
