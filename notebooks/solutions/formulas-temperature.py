warm_formula = r"p_i = \frac{e^{s_i / T}}{\sum_j e^{s_j / T}}"
