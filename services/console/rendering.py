"""Templates to HTML, with autoescape always on: the text of events is whatever a stranger wrote.

An inbox is rendered once for each choice of filters and snapshot, however many clients show it.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.console.answers import inbox_answer
from services.console.assets import asset_url, integrity
from services.console.board import board
from services.console.desk import Snapshot
from services.console.facets import Viewer
from services.console.filters import Filters
from services.console.grouping import Heading, Line
from services.console.inbox import NOBODY, Inbox, inbox
from services.console.patch import Parts, difference, replacement, surroundings, whole
from services.console.places import KEYS, PLACES
from services.console.words import customer_path, element_id, plain, subject_path

CACHE_LIMIT = 128
ROWS_CACHE_LIMIT = 4_000
_T = TypeVar("_T")


@cache
def _environment() -> Environment:
    """One a process: to compile every template takes more than a second."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        asset_url=asset_url, integrity=integrity, places=PLACES, keys_help=KEYS
    )
    environment.filters.update(customer_path=customer_path, subject_path=subject_path, plain=plain)
    return environment


class Renderer:
    """All that turns views into text; one a process."""

    def __init__(self, viewer: Viewer = NOBODY) -> None:
        self._viewer = viewer
        self._environment = _environment()
        self._parts = _Cache()
        self._messages = _Cache()
        self._answers = _Cache()
        self._line = lru_cache(ROWS_CACHE_LIMIT)(self._render_line)

    def page(self, template: str, **values: Any) -> str:  # noqa: ANN401 - a template's own values
        return self._environment.get_template(template).render(**values)

    def parts(self, snapshot: Snapshot, filters: Filters) -> Parts:
        return self._parts.get(
            (snapshot.seq, filters),
            lambda: self._render(inbox(snapshot, filters, self._viewer)),
        )

    def message(self, filters: Filters, old: Snapshot | None, new: Snapshot) -> str:
        """What a client at `old` needs to be at `new`; all of it where `old` is unknown."""
        after = self.parts(new, filters)
        if old is None:
            return whole(after)
        return self._messages.get(
            (old.seq, new.seq, filters), lambda: difference(self.parts(old, filters), after)
        )

    def answer_of(self, snapshot: Snapshot, filters: Filters) -> bytes:
        """The list as JSON, made once for all who ask."""
        return self._answers.get(
            (snapshot.seq, filters),
            lambda: json.dumps(
                inbox_answer(inbox(snapshot, filters, self._viewer), snapshot),
                ensure_ascii=False,
                separators=(",", ":"),
            ).encode(),
        )

    def board_parts(self, snapshot: Snapshot) -> Parts:
        return self._parts.get((snapshot.seq, "board"), lambda: self._render_board(snapshot))

    def board_message(self, old: Snapshot | None, new: Snapshot) -> str:
        after = self.board_parts(new)
        if old is None:
            return surroundings(after)
        return self._messages.get(
            (old.seq, new.seq, "board"), lambda: difference(self.board_parts(old), after)
        )

    def answer(
        self, words: str, bad: bool, rows: Iterable[tuple[str, str]] = (), once: str = ""
    ) -> str:
        """What htmx gets for an action: a sentence, the rows that it changed, and another `once`
        for the action after it."""
        parts: Any = self._environment.get_template("parts.html").module
        changed = [("notice", parts.notice(words, bad)), *rows]
        if once:
            changed.append(("once", parts.once(once)))
        return "".join(replacement(*each) for each in changed)

    def rows_of(
        self, alert_keys: Collection[str], snapshot: Snapshot, filters: Filters
    ) -> list[tuple[str, str]]:
        """The rendered rows that the alerts stand in, of those that are in the list."""
        about = (p for p, alert in snapshot.alerts.items() if alert.key in alert_keys)
        ids = {element_id(promise_id) for promise_id in about}
        return [row for row in self.parts(snapshot, filters).rows if row[0] in ids]

    def _render(self, view: Inbox) -> Parts:
        parts: Any = self._environment.get_template("parts.html").module
        rows = tuple((line.id, self._line(line, view.filters)) for line in view.lines)
        return Parts(
            around=(
                ("banner", parts.banner(view.status)),
                ("fresh", parts.fresh(view.status)),
                ("facets", parts.facets(view.facets)),
                ("note", parts.note(view)),
            ),
            rows=rows,
        )

    def _render_board(self, snapshot: Snapshot) -> Parts:
        view = board(snapshot)
        parts: Any = self._environment.get_template("parts.html").module
        own: Any = self._environment.get_template("board_parts.html").module
        around = (
            ("banner", parts.banner(view.status)),
            ("fresh", parts.fresh(view.status)),
            ("board", own.board(view)),
        )
        return Parts(around, rows=())

    def _render_line(self, line: Line, filters: Filters) -> str:
        parts: Any = self._environment.get_template("parts.html").module
        html: str = parts.heading(line) if isinstance(line, Heading) else parts.row(line, filters)
        return html


class _Cache:
    """The last few of something costly; the oldest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > CACHE_LIMIT:
                self._kept.popitem(last=False)
        value: _T = self._kept[key]
        return value
