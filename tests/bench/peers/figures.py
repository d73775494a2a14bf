"""The figures of one peer's run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a run that ends with its last verdict: seconds, and those of processors in it."""

    events: int
    seconds: float
    peer_cpu_s: float
    kafka_cpu_s: float
    mongod_cpu_s: float

    @property
    def events_s(self) -> float:
        return self.events / self.seconds

    def cpu_us(self, name: str) -> float:
        """Microseconds of processor an event, of `peer`, `kafka` or `mongod`."""
        spent: float = getattr(self, f"{name}_cpu_s")
        return spent / self.events * 1e6

    def as_json(self) -> dict[str, object]:
        costs = {f"{name}_cpu_us": self.cpu_us(name) for name in ("peer", "kafka", "mongod")}
        return asdict(self) | {"events_s": self.events_s} | costs


@dataclass(frozen=True, slots=True)
class Measured:
    """`whole` is from the first record on, `warm` from the mark; `start_s` is before the first.

    The mark is the record with the last event of the warm-up, in the order in which topics were
    filled. A peer reads its topics at once, one a little ahead of another: it is at the mark when
    it has read as many records as lie before it, so that what is left to be read is known exactly.
    Where promises stay open for days, the warm-up is the events that open them, and `warm` is what
    happens while all of them are open. Elsewhere it is about a quarter of the events, and `warm`
    leaves out what a peer that compiles itself while it runs spends on that.

    `loop_ms` is the fixed reference loop, the least of before and after, `load` how many processes
    wanted a processor before: only runs where both are alike may be held against each other.
    """

    peer: str
    about: str
    lasting: int
    start_s: float
    whole: Span
    warm: Span
    peak_mb: float
    loop_ms: float
    load: float
    verdicts: Mapping[str, int]
    versions: Mapping[str, str]

    @property
    def counts(self) -> Span:
        """By which it is held against others."""
        return self.warm if self.lasting else self.whole

    def as_json(self) -> dict[str, object]:
        spans = {"whole": self.whole.as_json(), "warm": self.warm.as_json()}
        return asdict(self) | spans | {"events_s": self.counts.events_s}
