def descend(loss_of, start, rate, steps):
    """Follow the gradient downhill from start; return the point reached."""
    w = start.clone().requires_grad_()
    for _ in range(steps):
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        w.grad = None
    return w.detach()
