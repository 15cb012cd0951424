def best_move(points, worth):
    return int(np.argmax(points + worth))
