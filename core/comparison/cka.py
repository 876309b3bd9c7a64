"""How alike two networks, or two layers of one, place the same tokens: linear centred kernel alignment, unbiased.

Kornblith et al. 2019 (arxiv.org/abs/1905.00414). Dot products of tokens with themselves are left out (Song et al. 2012,
Nguyen et al. 2021), so that few tokens of many dimensions do not look alike by chance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 4  # tokens that the unbiased estimate needs


@dataclass(frozen=True)
class Placed:
    """Vectors, (tokens, dimensions), with what is needed of their matrix K of dot products, its diagonal left out:
    `diagonal`, what was there; `sums` of its rows, (tokens,); and `own`, its alignment with itself."""

    vectors: NDArray[np.float64]
    diagonal: NDArray[np.float64]
    sums: NDArray[np.float64]
    own: float


def placed(vectors: NDArray[np.floating]) -> Placed:
    """The vectors as `cka` takes them. They are centred first, which changes nothing but the rounding."""
    wide = vectors.astype(np.float64)
    wide -= wide.mean(0)
    diagonal = (wide**2).sum(1)
    sums = wide @ wide.sum(0) - diagonal
    one = Placed(wide, diagonal, sums, 0.0)
    return Placed(wide, diagonal, sums, covariance(one, one))


def covariance(a: Placed, b: Placed) -> float:
    """n (n − 3) times the unbiased estimate of the Hilbert-Schmidt independence criterion: the dot product of both
    matrices after their rows and columns were made to add up to zero (Székely and Rizzo 2014, arxiv.org/abs/1310.2926).

    It takes O(tokens · dimensions²): no matrix of tokens × tokens is made."""
    n = len(a.diagonal)
    together = float(((a.vectors.T @ b.vectors) ** 2).sum() - a.diagonal @ b.diagonal)
    ends = float(a.sums.sum() * b.sums.sum()) / ((n - 1) * (n - 2))
    return together + ends - 2 * float(a.sums @ b.sums) / (n - 2)


def cka(a: Placed, b: Placed) -> float:
    """1 where both place the tokens in the same way, but for turns and size; 0 where they are unrelated, or a little
    below."""
    return covariance(a, b) / max(float(np.sqrt(max(a.own, 0.0) * max(b.own, 0.0))), 1e-12)
