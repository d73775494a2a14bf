"""A patch, applied as htmx applies it, turns what a client shows into what it should show."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.console.patch import ROWS, Parts, difference, whole

PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="(\w+)">(.*?)</hx-partial>')
ROW = re.compile(r"<(\w+):(\d)>")

contents = st.integers(0, 3)
rows = st.lists(st.sampled_from("abcdefgh"), unique=True).flatmap(
    lambda ids: st.tuples(*(st.tuples(st.just(id), contents) for id in ids))
)


def parts(listed: tuple[tuple[str, int], ...], note: str = "") -> Parts:
    return Parts(
        around=(("note", note),), rows=tuple((id, f"<{id}:{content}>") for id, content in listed)
    )


class Page:
    """Just enough of a browser: rows and parts by id, targets found before anything moves."""

    def __init__(self, shown: Parts) -> None:
        self.around = dict(shown.around)
        self.rows = list(shown.rows)

    def apply(self, message: str) -> None:
        tasks = PARTIAL.findall(message)
        present = {*self.around, ROWS, *(id for id, _ in self.rows)}
        assert {target for target, _, _ in tasks} <= present, "a target is not on the page"
        for target, swap, html in tasks:
            self._swap(target, swap, html)

    def _swap(self, target: str, swap: str, html: str) -> None:
        found = [(id, f"<{id}:{content}>") for id, content in ROW.findall(html)]
        ids = [id for id, _ in self.rows]
        if target in self.around:
            self.around[target] = html
        elif swap == "innerMorph":
            self.rows = found
        elif swap == "delete":
            del self.rows[ids.index(target)]
        elif swap == "outerMorph":
            self.rows[ids.index(target)] = found[0]
        else:
            place = 0 if swap == "afterbegin" else ids.index(target) + 1
            self.rows[place:place] = found


@given(rows, rows)
def test_a_difference_makes_the_new_page_of_the_old_one(
    old: tuple[tuple[str, int], ...], new: tuple[tuple[str, int], ...]
) -> None:
    page = Page(parts(old, "before"))
    page.apply(difference(parts(old, "before"), parts(new, "after")))
    assert (tuple(page.rows), page.around) == (parts(new).rows, {"note": "after"})


@given(rows, rows)
def test_the_whole_makes_the_new_page_of_any(
    old: tuple[tuple[str, int], ...], new: tuple[tuple[str, int], ...]
) -> None:
    page = Page(parts(old))
    page.apply(whole(parts(new, "after")))
    assert (tuple(page.rows), page.around) == (parts(new).rows, {"note": "after"})


@given(rows)
def test_nothing_is_sent_where_nothing_changed(shown: tuple[tuple[str, int], ...]) -> None:
    assert difference(parts(shown), parts(shown)) == ""


def test_a_row_that_only_changed_is_morphed_in_place() -> None:
    message = difference(parts((("a", 1), ("b", 1))), parts((("a", 1), ("b", 2))))
    assert message == '<hx-partial hx-target="#b" hx-swap="outerMorph"><b:2></hx-partial>'
