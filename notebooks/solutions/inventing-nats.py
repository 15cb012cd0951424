def nats_per_letter(probabilities):
    return -np.log(probabilities).mean()
