def downsample(images, factor):
    """images: (n, factor · lines, factor · lines) → (n, lines, lines)"""
    count, large, _ = images.shape
    lines = large // factor
    return images.reshape(count, lines, factor, lines, factor).mean(axis=(2, 4))
