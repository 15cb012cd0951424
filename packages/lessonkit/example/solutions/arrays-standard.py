def standardised(table):
    return (table - table.mean(axis=0)) / table.std(axis=0)
