def columns(places, labels):
    return {"x": places[:, 0], "y": places[:, 1], "digit": [str(label) for label in labels]}
