top_edge = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]], dtype="float32")
