recipe = {"style": 60.0, "content": 1, "rough": 10.0}
