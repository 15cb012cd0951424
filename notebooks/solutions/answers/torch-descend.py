# Answers to torch-descend beside its solution; `workshop lessons check` tries them.

# %% wrong: the gradients of all steps add up
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
    return w.detach()


# %% wrong: uphill
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w += rate * w.grad
        w.grad = None
    return w.detach()


# %% wrong: the gradient is taken once, at the start
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    loss = loss_of(w)
    loss.backward()
    for _ in range(steps):
        with torch.no_grad():
            w -= rate * w.grad
    return w.detach()


# %% wrong: the start itself is moved
def descend(loss_of, start, rate, steps):
    w = start.requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w.detach()


# %% wrong: the weight changes inside the graph
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        w -= rate * w.grad
        w.grad = None
    return w.detach()


# %% wrong: w is bound to a new tensor, which is no leaf
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        w = w - rate * w.grad
    return w.detach()


# %% wrong: one step only
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(1):
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w.detach()


# %% wrong: what comes back still asks for gradients
def descend(loss_of, start, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w


# %% right: by torch.autograd.grad
def descend(loss_of, start, rate, steps):
    w = start
    for _ in range(steps):
        w = w.detach().requires_grad_()
        (slope,) = torch.autograd.grad(loss_of(w), w)
        w = w - rate * slope
    return w.detach()
