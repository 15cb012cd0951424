def update(weight, features, is_name):
    """→ the change of each of these features' weights: 1, 0 or −1"""
    predicted = sum(weight[feature] for feature in features) > 0
    return int(is_name) - int(predicted)
