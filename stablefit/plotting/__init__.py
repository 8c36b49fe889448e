"""Plots; the only package that knows matplotlib."""
