def mirrored(numbers):
    return numbers[..., ::-1]
