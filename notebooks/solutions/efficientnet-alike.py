def alike(one, other):
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
