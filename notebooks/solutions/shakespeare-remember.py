def remember(told, h, U):
    return T.tanh(told + T.dot(h, U))
