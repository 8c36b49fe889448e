"""Alpha-stable laws: densities, probabilities, quantiles and draws."""
