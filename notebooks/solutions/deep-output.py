def join(skip, shortcut, f):
    return T.nnet.relu(skip * shortcut + f)
