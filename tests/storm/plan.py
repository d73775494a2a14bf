"""What the parties will say, and when: a function of the seed, with every fault of a writer in it.

An event is committed up to `DELAY_LIMIT_S` after its own time, as a department may; so a reader
that trusts heartbeats must never miss it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from services.shared.bus import Record
from services.shared.clock import SECOND, Instant
from tests.storm.events import event_record
from tests.storm.history import EVENT, Promised

LONGEST_S = 240.0
"""More than any storm takes; it is cut where the last fault is over."""
ORDERS_EACH_S, CASES_EACH_S = 4.0, 3.0
DELAY_LIMIT_S, USUAL_DELAY_S = 1.5, 0.1
LATE_S = 2.0
TAKES_S = {"approve-payment": 4.0, "hand-over": 4.0, "answer-case": 3.0}
"""What the first version of each agreement gives."""
EVIDENCE = {
    "approve-payment": "finance.PaymentApproved",
    "hand-over": "operations.ParcelHandedOver",
    "answer-case": "support.FirstResponseSent",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A record that its party's writer may write from `at` on.

    It is written or not with all else of the subject that it is `about`; poison may name another.
    """

    at: Instant
    kind: str
    record: Record
    about: str
    id: bytes = b""
    subject: str = ""
    type: str = ""
    occurred_at: Instant = 0

    @property
    def party(self) -> str:
        return self.record.topic.split(".")[1]


@dataclass(frozen=True, slots=True)
class Plan:
    """All records in order of `at`, the promises, and when the first event of a subject happens."""

    records: Sequence[Planned]
    promises: Sequence[Promised]
    begins: dict[str, Instant]

    def before(self, moment: Instant) -> "Plan":
        """Only what is about subjects that begin before then, to its end."""
        begins = {subject: at for subject, at in self.begins.items() if at < moment}
        return Plan(
            [each for each in self.records if each.about in begins],
            [each for each in self.promises if each.subject in begins],
            begins,
        )


class Company:
    """Orders and cases, each with its fate, from `begin` on."""

    def __init__(self, random: Random, begin: Instant) -> None:
        self._random = random
        self._begin = begin
        self.said: list[Planned] = []
        self.promises: list[Promised] = []

    def work(self) -> None:
        for number in range(int(LONGEST_S * ORDERS_EACH_S)):
            self._order(f"order/{number}", number / ORDERS_EACH_S)
        for number in range(int(LONGEST_S * CASES_EACH_S)):
            self._case(f"case/{number}", number / CASES_EACH_S)

    def answer_late(self, subject: str, at_s: float) -> Planned:
        """A case whose answer comes a second after it was due; nothing of it is delayed."""
        opened = self._say(subject, "support.CaseOpened", at_s, 0.0)
        late_s = at_s + TAKES_S["answer-case"] + 1.0
        answer = self._say(subject, EVIDENCE["answer-case"], late_s, 0.0)
        self._promise("answer-case", subject, opened, answer)
        return answer

    def _order(self, subject: str, at_s: float) -> None:
        placed = self._say(subject, "sales.OrderPlaced", at_s, self._delay_s())
        paid = self._follow("approve-payment", placed, at_s)
        if paid:
            self._follow("hand-over", paid, (paid.occurred_at - self._begin) / SECOND)

    def _case(self, subject: str, at_s: float) -> None:
        opened = self._say(subject, "support.CaseOpened", at_s, self._delay_s())
        self._follow("answer-case", opened, at_s)

    def _follow(self, agreement: str, opening: Planned, opened_s: float) -> Planned | None:
        """What `opening` promises is kept in time, often just so; late; or never."""
        took_s = self._took_s(TAKES_S[agreement])
        evidence = None
        if took_s is not None:
            at_s = opened_s + took_s
            evidence = self._say(opening.subject, EVIDENCE[agreement], at_s, self._delay_s())
        self._promise(agreement, opening.subject, opening, evidence)
        return evidence

    def _took_s(self, given_s: float) -> float | None:
        match self._random.choices(("kept", "just", "late", "never"), (35, 25, 15, 25))[0]:
            case "kept":
                return self._random.uniform(0.2, given_s - 0.5)
            case "just":
                return self._random.uniform(given_s - 0.5, given_s)
            case "late":
                return self._random.uniform(given_s + 0.1, given_s + LATE_S)
            case _:
                return None

    def _promise(
        self, agreement: str, subject: str, opening: Planned, evidence: Planned | None
    ) -> None:
        kept_by = evidence.id.hex() if evidence else ""
        self.promises.append(Promised(agreement, subject, opening.id.hex(), kept_by))

    def _say(self, subject: str, type: str, at_s: float, delay_s: float) -> Planned:
        at, id = self._begin + int(at_s * SECOND), self._random.randbytes(16)
        record = event_record(id, type, subject, at)
        committed_at = at + int(delay_s * SECOND)
        said = Planned(committed_at, EVENT, record, subject, id, subject, type, at)
        self.said.append(said)
        return said

    def _delay_s(self) -> float:
        limit = DELAY_LIMIT_S if self._random.random() < 0.3 else USUAL_DELAY_S
        return self._random.uniform(0.0, limit)


def planned(company: Company, more: Iterable[Planned]) -> Plan:
    """Everything that a company says, and what its relays add to that."""
    begins: dict[str, Instant] = {}
    for each in company.said:
        begins[each.subject] = min(begins.get(each.subject, each.occurred_at), each.occurred_at)
    records = sorted([*company.said, *more], key=lambda each: each.at)
    return Plan(records, company.promises, begins)
