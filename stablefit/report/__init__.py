"""Reports: one HTML file of a fit or of gradient noise, that needs no network and no file beside it."""
