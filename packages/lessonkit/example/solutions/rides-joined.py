def joined(rides, stations):
    return rides.merge(stations, on="station", how="left")
