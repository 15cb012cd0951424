def side_after(side, width, pool):
    return (side - width + 1) // pool
