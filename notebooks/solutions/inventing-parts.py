def put_together(samples, names):
    known_words = {word for name in names for word in name.split()}
    return np.mean([known_words.issuperset(sample.split()) for sample in samples])
