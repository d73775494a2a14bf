"""The frame of every page: where one is, where one can go, and by which keys."""

import pytest

from services.console.places import KEYS, PLACES, Place
from tests.component.console.running import Running, read

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_the_page_that_one_is_on_is_the_one_marked(running: Running, place: Place) -> None:
    await running.feed.refresh()
    page = read((await running.browser.get(place.path)).text)
    marked = [each["href"] for each in page.all("a") if each.get("aria-current") == "page"]
    assert marked == [place.path]


async def test_a_page_that_is_not_there_still_leads_everywhere(running: Running) -> None:
    page = read((await running.browser.get("/nothing")).text)
    links = {each["href"]: each["data-go"] for each in page.all("a") if "data-go" in each}
    assert links == {place.path: place.key for place in PLACES}
    assert not [each for each in page.all("a") if "aria-current" in each]


async def test_the_help_of_every_page_lists_every_key(running: Running) -> None:
    text = " ".join(read((await running.browser.get("/nothing")).text).text.split())
    assert all(does in text for _, lines in KEYS for _, does in lines)
    assert all(f"g {place.key} {place.word}" in text for place in PLACES)


def test_no_two_places_have_one_key() -> None:
    assert len({place.key for place in PLACES}) == len(PLACES)
