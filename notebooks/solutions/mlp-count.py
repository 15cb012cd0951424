from itertools import pairwise


def count_parameters(sizes):
    return sum(inputs * neurons + neurons for inputs, neurons in pairwise(sizes))
