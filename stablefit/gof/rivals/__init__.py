"""Laws that compete with the stable one: small objects, with maximum-likelihood fits over arrays of samples."""
