def two_thin(square):
    U, sizes, V = np.linalg.svd(square)
    return U[:, 0] * sizes[0], V[0]
