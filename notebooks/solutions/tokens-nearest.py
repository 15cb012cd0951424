def nearest(vectors, row, count):
    """vectors: (n, width) → a list of count row numbers, most similar first."""
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    cosines = unit @ unit[row]
    order = cosines.argsort(descending=True).tolist()
    return [each for each in order if each != row][:count]
