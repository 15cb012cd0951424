def slope_of_log(scores, actions):
    """scores: (k,), actions: (n,), each 0 to k − 1 → (n, k): a row of slopes for each action."""
    return np.eye(len(scores))[actions] - shares_of(scores)
