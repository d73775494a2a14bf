"""The smallest change that turns one rendered inbox into another, as htmx partials. Pure.

Rows that stay are morphed in place, so that the focus in them survives; targets are found before
anything moves, therefore new rows hang on rows that both sides have.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher

ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Parts:
    """A rendered inbox: the named parts around the list, and the rows by their ids, in order."""

    around: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]


def whole(parts: Parts) -> str:
    """All of it, for a client whose position is unknown."""
    rows = "".join(html for _, html in parts.rows)
    return surroundings(parts) + _partial(f"#{ROWS}", "innerMorph", rows)


def surroundings(parts: Parts) -> str:
    """All of a page that has no list."""
    return "".join(_partial(f"#{id}", "outerMorph", html) for id, html in parts.around)


def difference(old: Parts, new: Parts) -> str:
    """What a client that shows `old` needs to show `new`; empty where nothing changed."""
    before = dict(old.around)
    around = [
        _partial(f"#{id}", "outerMorph", html) for id, html in new.around if before.get(id) != html
    ]
    return "".join(around + _rows(old, new))


def replacement(id: str, html: str) -> str:
    """One element for the one of that id."""
    return _partial(f"#{id}", "outerMorph", html)


def _rows(old: Parts, new: Parts) -> list[str]:
    """Deletions, then changes in place, then insertions behind the last row that stays."""
    was, becomes = dict(old.rows), dict(new.rows)
    old_ids, new_ids = list(was), list(becomes)
    gone, changed, inserted = [], [], []
    matcher = SequenceMatcher(None, old_ids, new_ids, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            changed += [id for id in new_ids[new_from:new_to] if was[id] != becomes[id]]
            continue
        gone += old_ids[old_from:old_to]
        if new_to > new_from:
            inserted.append((new_ids[new_from - 1] if new_from else "", new_ids[new_from:new_to]))
    return [
        *(_partial(f"#{id}", "delete", "") for id in gone),
        *(_partial(f"#{id}", "outerMorph", becomes[id]) for id in changed),
        *(_insertion(behind, "".join(becomes[id] for id in ids)) for behind, ids in inserted),
    ]


def _insertion(behind: str, rows: str) -> str:
    if behind:
        return _partial(f"#{behind}", "afterend", rows)
    return _partial(f"#{ROWS}", "afterbegin", rows)


def _partial(target: str, swap: str, html: str) -> str:
    return f'<hx-partial hx-target="{target}" hx-swap="{swap}">{html}</hx-partial>'
