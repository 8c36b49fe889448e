"""Gradient noise of PyTorch models, as samples that stablefit fits and tests, and the stable law as a distribution."""

from stablefit.extras import extra

with extra("torch"):
    from adapters.torch.callbacks import lightning_callback, trainer_callback
    from adapters.torch.collect import collect_sgn
    from adapters.torch.covariance import noise_covariance, row_sum_covariance
    from adapters.torch.curvature import Curvature, diagonal_curvature, top_curvature
    from adapters.torch.noise import SGN
    from adapters.torch.per_sample import PerSampleGradients, per_sample_gradients
    from adapters.torch.row_sums import RowSums, row_sum_expansion
    from adapters.torch.sketching import GradientSketch
    from adapters.torch.stable import Stable

__all__ = [
    "SGN",
    "Curvature",
    "GradientSketch",
    "PerSampleGradients",
    "RowSums",
    "Stable",
    "collect_sgn",
    "diagonal_curvature",
    "lightning_callback",
    "noise_covariance",
    "per_sample_gradients",
    "row_sum_covariance",
    "row_sum_expansion",
    "top_curvature",
    "trainer_callback",
]
