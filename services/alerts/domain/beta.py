"""The beta distribution, for how sure one can be of a share by the few cases that were seen."""

from math import exp, lgamma, log, log1p

_CLOSE = 1e-14
_STEPS_LIMIT = 10_000
"""It takes about the square root of the greater parameter."""


def beta_above(x: float, a: float, b: float) -> float:
    """The probability that a share with the distribution Beta(a, b) is greater than `x`.

    It is 1 - I_x(a, b) = I_(1-x)(b, a), by the symmetry of DLMF 8.17.4.
    """
    return beta_below(1.0 - x, b, a)


def beta_below(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b), for positive `a` and `b`.

    By the continued fraction of DLMF 8.17.22, which is fast on that side of the mean only.
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_below(1.0 - x, b, a)
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(a * log(x) + b * log1p(-x) + scale) / a * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1/(1+d1/(1+d2/(1+...))) from its beginning on, by Lentz's method (DLMF 3.10(iii))."""
    above, below = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = below
    for m in range(1, _STEPS_LIMIT):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            below = 1.0 / (1.0 + part * below)
            above = 1.0 + part / above
            value *= above * below
        if abs(above * below - 1.0) < _CLOSE:
            break
    return value
