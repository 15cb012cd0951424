power = "Math.exp(score / slider.value)"
