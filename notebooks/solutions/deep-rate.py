def rate_at(share):
    if share < 0.5:
        return 0.1
    return 0.01 if share < 0.75 else 0.001
