def advantages(rewards, over, values, last, discount, lam):
    """rewards, over, values: (steps, games), last: (games,) → (steps, games)."""
    next_values = np.vstack([values[1:], last])
    td_errors = rewards + discount * next_values * (1 - over) - values
    return to_go(td_errors, over, np.zeros_like(last), discount * lam)
