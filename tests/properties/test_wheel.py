"""A wheel gives what a sorted list would give, whatever is put in, taken back and due."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.shared.clock import Instant
from services.tracker.core.wheel import WIDTH_BITS, Wheel

WIDTH = 1 << WIDTH_BITS
MOMENTS = st.builds(
    lambda bucket, place: bucket * WIDTH + place,
    st.sampled_from([0, 1, 2, 3, 1_000, 400_000]),
    st.sampled_from([0, 1, 2, WIDTH // 2, WIDTH - 1]),
)
KEYS = st.sampled_from("abcdefgh")


class WheelMachine(RuleBasedStateMachine):
    """`model` is where each key is."""

    def __init__(self) -> None:
        super().__init__()
        self.wheel, self.model = Wheel(), dict[str, Instant]()

    @rule(at=MOMENTS, key=KEYS)
    def put(self, at: Instant, key: str) -> None:
        if key in self.model:
            self.wheel.cancel(self.model[key], key)
        self.wheel.put(at, key)
        self.model[key] = at

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def put_again(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        self.wheel.put(self.model[key], key)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        self.wheel.cancel(self.model.pop(key), key)

    @rule(at=MOMENTS)
    def cancel_what_is_not_there(self, at: Instant) -> None:
        self.wheel.cancel(at, "none")

    @rule(until=MOMENTS)
    def take(self, until: Instant) -> None:
        expected = sorted((at, key) for key, at in self.model.items() if at <= until)
        assert self.wheel.due(until) == expected
        for _, key in expected:
            del self.model[key]

    @invariant()
    def what_is_due_may_be_there(self) -> None:
        if self.model:
            assert self.wheel.may_have(min(self.model.values()))


TestWheel = WheelMachine.TestCase
TestWheel.settings = settings(max_examples=150, stateful_step_count=40)
