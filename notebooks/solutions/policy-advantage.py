def advantages(rewards, over, values, last, discount, blend):
    """rewards, over, values: (steps, games), last: (games,) → (steps, games)."""
    after = np.vstack([values[1:], last])
    surprises = rewards + discount * after * (1 - over) - values
    return to_go(surprises, over, np.zeros_like(last), discount * blend)
