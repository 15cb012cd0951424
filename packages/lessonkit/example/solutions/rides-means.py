def means(rides):
    return rides.groupby("station")["minutes"].mean()
