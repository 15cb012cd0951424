def capital_share(capital, small):
    return (capital + 1) / (capital + small + 2)
