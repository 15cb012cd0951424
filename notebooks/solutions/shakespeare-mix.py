def mix(count, total, kinds, shorter):
    never = total == 0
    return np.where(never, shorter, (count + kinds * shorter) / np.where(never, 1, total + kinds))
