def layer(state, look, think):
    """look, think: functions of an evened state → the state after both; all are of one shape."""
    state = state + look(evened(state))
    return state + think(evened(state))
