def filled(minutes):
    return minutes.fillna(minutes.median())
