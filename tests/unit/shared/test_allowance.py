"""How much a second has."""

from services.shared.allowance import Allowance
from services.shared.clock import SECOND


def test_a_second_has_so_many_and_the_next_one_as_many_again() -> None:
    allowance = Allowance(2)
    moments = [0, 1, SECOND - 1, SECOND, SECOND, 2 * SECOND - 1]
    assert [allowance.take(at) for at in moments] == [True, True, False, True, True, False]
