"""Estimators as operations on torch tensors: the samples of a batch stay on the device that they are on.

The same methods, decision by decision, as the compiled kernels for the host, for all samples of a block in lock step.
What comes back to the host are estimates, statuses, and counts that loops wait for.
"""
