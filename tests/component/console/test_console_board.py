"""The board, from real answers over gRPC, and live."""

import pytest

from services.console.feed import COUNT_EVERY
from services.shared.clock import SECOND
from tests.component.console.running import Running, listening, read, watching

pytestmark = pytest.mark.anyio


async def test_the_board_counts_open_promises_and_links_to_what_is_in_danger(
    running: Running,
) -> None:
    running.company.promise("p", "breached")
    running.company.promise("calm", "on_track", subject="order/2")
    await running.feed.refresh()
    page = read((await running.browser.get("/board")).text)
    text = " ".join(page.text.split())
    assert "operations 1 breached 2 open 1 breached 2 open" in text
    links = [each["href"] for each in page.all("a") if "breached" in each.get("class", "")]
    assert links[0] == "/?owed_by=operations&owed_to=sales&state=breached"
    listed = (await running.browser.get(f"/.json{links[0][1:]}")).json()
    assert listed["matching"] == 1
    data = (await running.browser.get("/board.json")).json()
    assert data["totals"]["total"]["open"] == 2


async def test_a_change_comes_to_the_board_by_itself(running: Running) -> None:
    await running.feed.refresh()
    async with listening(running) as url:
        path = f"/board/live?after={running.feed.epoch}-{running.feed.latest.seq}"
        async with watching(url, path) as stream:
            running.company.promise("p", "breached")
            await running.feed.refresh()
            message = await stream.next()
    assert '<hx-partial hx-target="#board" hx-swap="outerMorph">' in message.data
    assert "#rows" not in message.data


async def test_an_unknown_position_gets_the_whole_board(running: Running) -> None:
    await running.feed.refresh()
    async with listening(running) as url, watching(url, "/board/live") as stream:
        whole = await stream.next()
    assert 'hx-target="#board"' in whole.data
    assert "#rows" not in whole.data


async def test_open_promises_are_counted_only_now_and_then(running: Running) -> None:
    await running.feed.refresh()
    running.wall.advance(COUNT_EVERY / SECOND - 0.001)
    await running.feed.refresh()
    assert running.company.calls["CountOpenPromises"] == 1
    running.wall.advance(0.001)
    await running.feed.refresh()
    assert running.company.calls["CountOpenPromises"] == 2


async def test_while_the_tracker_is_away_there_is_no_board_as_data(running: Running) -> None:
    await running.servers.tracker_server.stop(None)
    await running.feed.refresh()
    assert (await running.browser.get("/board.json")).status_code == 503
    assert "Nothing is known yet." in (await running.browser.get("/board")).text
