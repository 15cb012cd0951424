def best_move(points, values):
    return int(np.argmax(points + values))
