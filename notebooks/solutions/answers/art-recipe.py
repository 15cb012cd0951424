# Answers to art-recipe beside its solution; `workshop lessons check` tries them.

# %% wrong: far too little style
recipe = {"style": 0.1, "content": 1, "rough": 10.0}


# %% wrong: smoothness outweighs the style
recipe = {"style": 1.0, "content": 1, "rough": 100_000.0}


# %% wrong: no style at all
recipe = {"style": 0.0, "content": 1, "rough": 10.0}


# %% wrong: a layer that is not there
recipe = {"style": 200.0, "content": 5, "rough": 10.0}


# %% wrong: a layer by half
recipe = {"style": 200.0, "content": 1.5, "rough": 10.0}


# %% wrong: one of the three is missing
recipe = {"style": 200.0, "content": 1}


# %% wrong: a number as a text
recipe = {"style": "200", "content": 1, "rough": 10}


# %% right: a little less style, hardly any smoothness
recipe = {"style": 50.0, "content": 1, "rough": 1.0}


# %% no mutants: a neighbouring weight is as good a recipe
