def priorities(differences, alpha, least):
    powers = (np.abs(differences) + least) ** alpha
    return powers / powers.sum()
