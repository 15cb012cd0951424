def step_of(weight, facts, name):
    """→ 1, 0 or −1, for the weight of each of the facts"""
    says = sum(weight[fact] for fact in facts) > 0
    return int(name) - int(says)
