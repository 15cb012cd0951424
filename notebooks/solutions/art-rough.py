def roughness(picture):
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return np.mean(down**2) + np.mean(right**2)
