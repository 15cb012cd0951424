def td_target(points, values, over, discount=1.0):
    return points + discount * np.where(over, 0.0, values)
