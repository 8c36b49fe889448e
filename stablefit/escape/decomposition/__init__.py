"""The paper's decomposition of the process into a flow, small jumps and large ones: exact forms of (4) to (15).

As printed they are in `stablefit.escape.printed`, where they differ.
"""

from stablefit.escape.decomposition.flow import deterministic_flow, relaxation_bound, relaxation_time
from stablefit.escape.decomposition.large_jumps import JumpTimes, LargeJumps, eps, jump_intensity, jump_threshold
from stablefit.escape.decomposition.row_sums import row_sum_covariance
from stablefit.escape.decomposition.small_jumps import (
    SmallJumps,
    small_jump_bound,
    small_jump_mean,
    small_jump_second_moment,
)

__all__ = [
    "JumpTimes",
    "LargeJumps",
    "SmallJumps",
    "deterministic_flow",
    "eps",
    "jump_intensity",
    "jump_threshold",
    "relaxation_bound",
    "relaxation_time",
    "row_sum_covariance",
    "small_jump_bound",
    "small_jump_mean",
    "small_jump_second_moment",
]
