"""Compiled scalars and loops over float64: numpy, numba and math, nothing else."""
