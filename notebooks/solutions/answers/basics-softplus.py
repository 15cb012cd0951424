# Answers to basics-softplus beside its solution; `workshop lessons check` tries them.

# %% wrong: the sharp corner instead of the smooth one
v = T.vector("v")
softplus = T.maximum(v, 0)


# %% wrong: the 1 stands outside the logarithm
v = T.vector("v")
softplus = 1 + T.log(T.exp(v))


# %% wrong: the sign of v
v = T.vector("v")
softplus = T.log(1 + T.exp(-v))


# %% right: by log1p
v = T.vector("v")
softplus = T.log1p(T.exp(v))


# %% wrong: of another vector than v
v = T.vector("v")
w = T.vector("w")
softplus = T.log(1 + T.exp(w))
