# Answers to formulas-softmax beside its solution; `workshop lessons check` tries them.

# %% wrong: the sum runs over the index that is taken
formula = r"p_i = \frac{e^{s_i}}{\sum_i e^{s_i}}"

# %% wrong: nothing is summed
formula = r"p_i = \frac{e^{s_i}}{e^{s_j}}"

# %% wrong: every term of the sum is the same
formula = r"p_i = \frac{e^{s_i}}{\sum_j e^{s_i}}"

# %% wrong: upside down
formula = r"p_i = \frac{\sum_j e^{s_j}}{e^{s_i}}"

# %% wrong: a slash in place of a fraction
formula = r"p_i = e^{s_i} / \sum_j e^{s_j}"

# %% right: in another way, from 1 to n
formula = r"p_i = \dfrac{e^{s_i}}{\sum_{j=1}^{n} e^{s_j}}"

# %% right: with exp
formula = r"p_i=\frac{\exp(s_i)}{\sum_{j}\exp(s_j)}"


# %% wrong: s alone is raised, and i hangs at the e
formula = r"p_i = \frac{e^s_i}{\sum_j e^s_j}"


# %% wrong: a brace is never closed
formula = r"p_i = \frac{e^{s_i}}{\sum_j e^{s_j}"


# %% right: in dollars, as in a text cell
formula = r"$p_i = \tfrac{e^{\,s_i}}{\sum\nolimits_j e^{\,s_j}}$"
