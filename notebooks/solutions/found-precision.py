def precision_recall(claimed, true):
    both = sum(len(one & other) for one, other in zip(claimed, true))
    predicted, wanted = sum(map(len, claimed)), sum(map(len, true))
    precision, recall = both / predicted if predicted else 0.0, both / wanted if wanted else 0.0
    return precision, recall
