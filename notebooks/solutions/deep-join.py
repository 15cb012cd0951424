def join(plus, around, said):
    return T.nnet.relu(plus * around + said)
