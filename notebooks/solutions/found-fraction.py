def capital_fraction(capital, small):
    return (capital + 1) / (capital + small + 2)
