recipe = {"style": 100.0, "content": 1, "rough": 5.0}
