formula = r"p_i = \frac{e^{s_i}}{\sum_j e^{s_j}}"
