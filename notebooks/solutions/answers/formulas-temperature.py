# Answers to formulas-temperature beside its solution; `workshop lessons check` tries them.

# %% wrong: the temperature is forgotten below
warm_formula = r"p_i = \frac{e^{s_i / T}}{\sum_j e^{s_j}}"

# %% wrong: the powers are divided and not the scores
warm_formula = r"p_i = \frac{e^{s_i} / T}{\sum_j e^{s_j} / T}"

# %% wrong: softmax without a temperature
warm_formula = r"p_i = \frac{e^{s_i}}{\sum_j e^{s_j}}"

# %% wrong: the sum runs over the index that is taken
warm_formula = r"p_i = \frac{e^{s_i / T}}{\sum_i e^{s_i / T}}"

# %% right: with exp
warm_formula = r"p_i=\frac{\exp(s_i/T)}{\sum_{j}\exp(s_j/T)}"


# %% right: a fraction in the power, the sum from 1 to n
warm_formula = r"p_i = \dfrac{\mathrm{e}^{\frac{s_i}{T}}}{\sum_{j=1}^{n} \mathrm{e}^{\frac{s_j}{T}}}"


# %% right: with brackets around what is divided
warm_formula = r"p_i = \frac{\exp\left(\frac{s_i}{T}\right)}{\sum_j e^{(s_j / T)}}"
