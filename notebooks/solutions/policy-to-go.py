def to_go(rewards, over, last, discount):
    """rewards, over (True or False): (steps, games), last: (games,) → (steps, games)."""
    returns = np.zeros(np.shape(rewards))
    later = last
    for step in reversed(range(len(rewards))):
        later = rewards[step] + discount * later * (1 - over[step])
        returns[step] = later
    return returns
