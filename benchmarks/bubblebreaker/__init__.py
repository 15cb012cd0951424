"""The games: points that agents make, moves a second of the engine, score against time of the search."""
