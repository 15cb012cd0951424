def policy_loss(log_pi, actions, advantage):
    """log_pi: (n, actions), actions: (n,) of whole numbers, advantage: (n,), all in Theano → one number."""
    taken = log_pi[T.arange(actions.shape[0]), actions]
    return -(taken * advantage).mean()
