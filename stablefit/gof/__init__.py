"""Goodness of fit."""
