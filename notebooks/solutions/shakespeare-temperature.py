def warm(answers, temperature):
    odds = np.exp((answers - answers.max()) / temperature)
    return odds / odds.sum()
