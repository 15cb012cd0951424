v = T.vector("v")
softplus = T.log(1 + T.exp(v))
