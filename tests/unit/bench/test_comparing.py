"""A peer that tells other verdicts than it should has failed, however fast it was."""

import pytest

from tests.bench.peers.comparing import Disagreement, check
from tests.bench.peers.workload import Told

LATE = [Told("order/9", "approve-payment", kind) for kind in ("breached", "kept_late")]
NEVER = [Told("order/10", "tell-customer", "breached")]


def test_the_same_verdicts_in_any_order_agree_and_are_counted_by_kind() -> None:
    assert check("a", LATE + NEVER, NEVER + LATE[::-1]) == {"breached": 2, "kept_late": 1}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (NEVER, "a does not agree: order/9 approve-payment breached is told 0 times, and 1 times"),
        (LATE, "order/10 tell-customer breached is told 0 times"),
        (LATE + NEVER * 2, "order/10 tell-customer breached is told 2 times, and 1 times is right"),
        ([], "3 of 3 are missing and 0 too many"),
    ],
)
def test_the_first_difference_in_the_order_of_orders_is_named(told: list[Told], says: str) -> None:
    with pytest.raises(Disagreement, match=says):
        check("a", LATE + NEVER, told)
