"""The beta distribution against what is known of it otherwise."""

from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.beta import beta_above, beta_below

SHARES = st.floats(0.001, 0.999)
WHOLE = st.integers(1, 60)
PARAMETERS = st.floats(0.01, 5_000.0)


@given(SHARES, WHOLE, WHOLE)
def test_for_whole_parameters_it_is_a_sum_of_binomial_terms(x: float, a: int, b: int) -> None:
    n = a + b - 1
    terms = (comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert isclose(beta_below(x, a, b), sum(terms), rel_tol=1e-9, abs_tol=1e-12)


@given(SHARES, PARAMETERS, PARAMETERS)
def test_what_lies_below_and_above_a_share_is_everything(x: float, a: float, b: float) -> None:
    assert isclose(beta_below(x, a, b) + beta_above(x, a, b), 1.0, abs_tol=1e-9)


@given(SHARES, SHARES, PARAMETERS, PARAMETERS)
def test_the_greater_the_share_the_less_lies_above_it(
    x: float, y: float, a: float, b: float
) -> None:
    low, high = sorted((x, y))
    assert -1e-9 <= beta_above(high, a, b) <= beta_above(low, a, b) + 1e-9 <= 1.0 + 2e-9


@pytest.mark.parametrize(("x", "above"), [(-0.1, 1.0), (0.0, 1.0), (1.0, 0.0), (1.44, 0.0)])
def test_a_share_lies_between_nothing_and_everything(x: float, above: float) -> None:
    assert beta_above(x, 1.5, 11.5) == above


@pytest.mark.parametrize("a", [1e3, 1e6])
def test_it_holds_for_many_cases_as_well(a: float) -> None:
    assert isclose(beta_above(0.5, a, a), 0.5, abs_tol=1e-9)
