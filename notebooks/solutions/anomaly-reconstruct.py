def reconstruct(some, middle, directions):
    """some: (n, 784), middle: (784,), directions: (784, width) → (n, 784)."""
    along = (some - middle) @ directions
    return middle + along @ directions.T
