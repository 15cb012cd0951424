def grad_log_prob(scores, actions):
    """scores: (k,), actions: (n,), each 0 to k − 1 → (n, k): one gradient (row) per action."""
    return np.eye(len(scores))[actions] - softmax(scores)
