"""The standard symmetric law as operations on torch tensors: nothing leaves the device, nothing depends on the data.

The same tables and series as in `stablefit._kernels`, which compute on the host. Points are tensors z (k, n), not
negative, and alpha (k,) in [`ALPHA_MIN`, 2], a law a row.
"""

ALPHA_MIN = 0.1
"""Smallest alpha of the tables."""
