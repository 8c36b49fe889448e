"""Symmetric alpha-stable laws: densities, probabilities, quantiles and draws."""
