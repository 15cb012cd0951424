def branch_mask(widths, number):
    return np.concatenate([np.full(width, float(place != number)) for place, width in enumerate(widths)])
