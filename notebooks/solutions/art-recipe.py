recipe = {"style": 200.0, "content": 1, "rough": 10.0}
