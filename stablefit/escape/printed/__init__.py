"""The paper's formulas as they are printed, one function each, with what is wrong where something is.

B. Battash, L. Wolf, O. Lindenbaum, "Revisiting the Noise Model of Stochastic Gradient Descent", 2023. Nothing else in
stablefit computes with them: `stablefit.escape.ExitLaw` and `stablefit.escape.decomposition` have what is right.
Theorems go by their own names too: `theorem_4_5` is `equation_22`.
"""

from stablefit.escape.printed.between_jumps import (
    equation_6,
    equation_9,
    equation_10,
    equation_11,
    lemma_3_1,
    lemma_3_3,
    proposition_3_2,
    proposition_3_4,
)
from stablefit.escape.printed.direction import (
    corollary_4_4,
    equation_18,
    equation_19,
    equation_20,
    equation_21,
    theorem_4_3,
)
from stablefit.escape.printed.jumps import equation_12, equation_13, equation_14, equation_15
from stablefit.escape.printed.mean_time import corollary_4_2, equation_16, equation_17, theorem_4_1
from stablefit.escape.printed.survival import corollary_4_6, equation_22, equation_23, theorem_4_5

__all__ = [
    "corollary_4_2",
    "corollary_4_4",
    "corollary_4_6",
    "equation_6",
    "equation_9",
    "equation_10",
    "equation_11",
    "equation_12",
    "equation_13",
    "equation_14",
    "equation_15",
    "equation_16",
    "equation_17",
    "equation_18",
    "equation_19",
    "equation_20",
    "equation_21",
    "equation_22",
    "equation_23",
    "lemma_3_1",
    "lemma_3_3",
    "proposition_3_2",
    "proposition_3_4",
    "theorem_4_1",
    "theorem_4_3",
    "theorem_4_5",
]
