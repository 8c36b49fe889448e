"""Estimators, one file per method, and the results they give."""
