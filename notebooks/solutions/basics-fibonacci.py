def fibonacci_updates(a, b):
    return [(a, b), (b, a + b)]
