def rename(board, order):
    renamed = board.copy()
    for colour in range(1, len(order) + 1):
        renamed[board == colour] = order[colour - 1]
    return renamed
