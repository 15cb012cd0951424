def canonical(board):
    walk = board[::-1, ::-1].ravel()
    met = list(dict.fromkeys(int(colour) for colour in walk if colour > 0))
    met += [colour for colour in range(1, 6) if colour not in met]
    return rename(board, [met.index(colour) + 1 for colour in range(1, 6)])
