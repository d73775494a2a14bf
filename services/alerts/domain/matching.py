"""Which alerts are meant, by routes and by silences."""

from dataclasses import dataclass, fields

from services.alerts.domain.alert import Alert


@dataclass(frozen=True, slots=True)
class Matcher:
    """Alerts with one of each that is named; what is not named may be anything.

    `conditions` are those of an alert, `agreements` the agreement's name or the finding's slug.
    """

    owed_by: frozenset[str] = frozenset()
    owed_to: frozenset[str] = frozenset()
    agreements: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def takes(self, alert: Alert) -> bool:
        promise = alert.promise
        return all(
            not wanted or value in wanted
            for wanted, value in (
                (self.owed_by, promise.owed_by),
                (self.owed_to, promise.owed_to),
                (self.agreements, promise.agreement),
                (self.conditions, alert.condition),
                (self.subjects, promise.subject),
            )
        )

    @property
    def takes_all(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))


EVERYTHING = Matcher()
