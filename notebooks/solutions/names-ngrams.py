def letter_ngrams(name, longest):
    text = " " + name + " "
    return [
        text[start : start + length]
        for length in range(1, longest + 1)
        for start in range(len(text) - length + 1)
    ]
