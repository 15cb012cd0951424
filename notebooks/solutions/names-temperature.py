def best_temperature(scores, labels):
    losses = [calibration.nats(calibration.softmax(scores, temperature), labels) for temperature in grid]
    return grid[np.argmin(losses)]
