def differ(one, other):
    return (one ^ other).bit_count()
