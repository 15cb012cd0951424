def smooth_loss(log_p, labels, epsilon):
    """log_p: (n, K), labels: (n,) integers, epsilon: 0 to 1 → one number"""
    right = log_p[T.arange(labels.shape[0]), labels]
    return -((1 - epsilon) * right + epsilon * log_p.mean(axis=1)).mean()
