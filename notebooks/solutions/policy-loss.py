def policy_loss(log_pi, actions, advantage):
    """log_pi: (n, actions), actions: (n,) of integers, advantage: (n,), all symbolic → a scalar."""
    taken = log_pi[T.arange(actions.shape[0]), actions]
    return -(taken * advantage).mean()
