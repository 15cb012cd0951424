def nats_per_letter(chances):
    return -np.log(chances).mean()
