# Answers to formulas-power beside its solution; `workshop lessons check` tries them.

# %% wrong: the temperature is forgotten
power = "Math.exp(score)"

# %% wrong: the power is divided and not the score
power = "Math.exp(score) / slider.value"

# %% wrong: multiplied by the temperature
power = "Math.exp(score * slider.value)"

# %% wrong: Python's letters, which the browser does not know
power = "exp(score / T)"

# %% wrong: no power
power = "score / slider.value"

# %% wrong: the formula in place of the program
power = r"e^{s_i / T}"

# %% right: a power of e
power = "Math.E ** (score / slider.value)"

# %% right: by another name
power = "Math.pow(Math.E, score / slider.value)"


# %% wrong: a whole line, with its semicolon
power = "Math.exp(score / slider.value);"


# %% wrong: the sign that is a power in formulas only
power = "Math.E ^ (score / slider.value)"
