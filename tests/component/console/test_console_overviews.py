"""Shift, schedules, silences, agreements, operations: from real answers over gRPC."""

import pytest
from handoff.v1 import alerts_pb2

from services.console.letters import LISTED_LIMIT
from services.console.operations import SILENT_AFTER
from tests.component.console.company import NOW, minutes
from tests.component.console.running import Markup, Running, read

pytestmark = pytest.mark.anyio

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
PATHS = ("/shift", "/schedules", "/silences", "/agreements", "/operations")
DAY = 24 * 60


async def page(running: Running, path: str) -> Markup:
    await running.feed.refresh()
    answer = await running.browser.get(path)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


async def words(running: Running, path: str) -> str:
    return " ".join((await page(running, path)).text.split())


async def send(running: Running, path: str, **fields: str) -> str:
    """The address that the form leads to, or what was refused."""
    csrf = (await page(running, "/silences")).value("csrf")
    answer = await running.browser.post(path, data={"csrf": csrf} | fields)
    return answer.headers.get("location") or " ".join(read(answer.text).text.split())


async def test_the_hand_over_says_what_nobody_has_and_who_has_what(running: Running) -> None:
    running.company.promise("open", subject="order/1")
    running.company.promise("mine", subject="order/2")
    running.company.alert("mine", "acknowledged", acknowledged_by="anna")
    running.company.promise("later", subject="order/3", waiting_on="the carrier")
    running.company.alert("later", "snoozed")
    running.company.alerts["alert/later"].snoozed_until.FromDatetime(NOW + minutes(60))
    text = await words(running, "/shift")
    for part in (
        "Nobody has it in hand 1",
        "anna has it in hand 1",
        "Put off 1",
        "Snoozed, wakes 15:03 (in 1 h)",
        "Waits on somebody 1",
        "waits on the carrier",
    ):
        assert part in text
    data = (await running.browser.get("/shift.json")).json()
    assert [(each["name"], each["count"]) for each in data["parts"]] == [
        ("open", 1),
        ("in-hand", 1),
        ("snoozed", 1),
        ("awaited", 1),
    ]


async def test_the_hand_over_says_who_is_on_call_until_when_and_who_is_next(
    running: Running,
) -> None:
    running.company.turn("operations", "anna", 0, 60)
    running.company.turn("operations", "ben", 60, None)
    running.company.turn("finance", "", 0, 30)
    running.company.turn("finance", "dora", 30, None)
    text = await words(running, "/shift")
    assert "operations anna until 15:03 · then ben" in text
    assert "finance Nobody until 14:33 · then dora" in text


async def test_without_the_alerts_service_the_hand_over_is_still_there(running: Running) -> None:
    running.company.promise("open")
    await running.servers.alerts_server.stop(None)
    text = await words(running, "/shift")
    assert "Who is on call is not known. The alerts service at" in text
    assert "Nobody has it in hand 1" in text


async def test_a_time_without_anybody_on_call_stands_out_in_the_schedule(
    running: Running,
) -> None:
    running.company.turn("operations", "anna", 0, DAY)
    running.company.turn("operations", "", DAY, 2 * DAY)
    running.company.turn("operations", "ben", 2 * DAY, None)
    markup = await page(running, "/schedules")
    text = " ".join(markup.text.split())
    assert "Nobody is on call once." in text
    assert "Nobody 5 Mar 14:03 6 Mar 14:03" in text
    strips = [each for each in markup.all("rect") if each["class"] == "nobody"]
    assert [(each["x"], each["width"]) for each in strips] == [("7.14%", "7.15%")]
    data = (await running.browser.get("/schedules.json")).json()
    assert data["schedules"][0]["turns"][2]["ends_at"] is None


async def test_without_schedules_the_page_says_what_to_set(running: Running) -> None:
    assert "HANDOFF_ALERTS__SCHEDULES" in await words(running, "/schedules")
    assert "HANDOFF_ALERTS__SCHEDULES" in await words(running, "/shift")


async def test_a_silence_is_begun_shown_and_ended(running: Running) -> None:
    begun = await send(
        running, "/silences", owed_by="operations, sales", reason="stock-taking", **{"for": "4h"}
    )
    assert begun == "/silences?did=silenced"
    (silence,) = running.company.silences.values()
    assert list(silence.owed_by) == ["operations", "sales"]
    assert silence.actor == "anna"
    assert silence.ends_at.ToDatetime(tzinfo=NOW.tzinfo) == NOW + minutes(240)
    assert not silence.HasField("starts_at")
    text = await words(running, begun)
    assert "Owed by operations or sales holds until 18:03" in text
    assert await send(running, "/silences/end", id=silence.id) == "/silences?did=heard"
    assert "No silence holds or is planned." in await words(running, "/silences")


async def test_a_planned_silence_lasts_from_its_beginning(running: Running) -> None:
    await send(
        running,
        "/silences",
        subjects="order/1",
        reason="a test",
        starts_at="2026-03-05T09:00",
        **{"for": "1h"},
    )
    assert "planned, from 5 Mar 09:00 until 5 Mar 10:00" in await words(running, "/silences")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"for": "1h"}, "say why nobody needs to hear of these alerts"),
        ({"for": "ever", "reason": "r"}, "A silence cannot last 'ever'; use 15m, 1h, 4h, 1d."),
        ({"for": "1h", "reason": "r", "starts_at": "soon"}, "'soon' is no moment; write it as"),
    ],
)
async def test_a_wrong_silence_is_refused_with_what_would_be_right(
    running: Running, fields: dict[str, str], said: str
) -> None:
    assert said in await send(running, "/silences", **fields)
    assert not running.company.silences


async def test_no_other_site_begins_or_ends_a_silence(running: Running) -> None:
    running.company.silence("si-1", -30, 30)
    await running.feed.refresh()
    for path, fields in (
        ("/silences", {"for": "1h", "reason": "r", "owed_by": "sales"}),
        ("/silences/end", {"id": "si-1"}),
    ):
        assert (await running.browser.post(path, data=fields)).status_code == 403
    assert list(running.company.silences) == ["si-1"]


async def test_an_agreement_is_told_in_words_with_what_of_it_is_in_danger(
    running: Running,
) -> None:
    running.company.agreement("ship-paid-order", "operations", "sales")
    running.company.agreement("approve-payment", "finance", "sales")
    running.company.promise("p")
    markup = await page(running, "/agreements")
    text = " ".join(markup.text.split())
    assert "ship-paid-order OLA v2 operations owes sales Every hour" in text
    assert "The deadline 4 business hours after it began." in text
    (link,) = [each["href"] for each in markup.all("a") if "agreement=" in each["href"]]
    assert (await running.browser.get(f"/.json{link[1:]}")).json()["matching"] == 1
    data = (await running.browser.get("/agreements.json")).json()
    assert [each["name"] for each in data["agreements"]] == ["ship-paid-order", "approve-payment"]


@pytest.mark.parametrize(("beyond", "said"), [(0, "finance heard"), (1, "finance silent")])
async def test_a_party_is_silent_after_its_limit_in_any_partition(
    running: Running, beyond: int, said: str
) -> None:
    limit = SILENT_AFTER.total_seconds() / 60
    running.company.partition(0, 0, finance=0)
    running.company.partition(1, 0, finance=limit + beyond / 60)
    assert said in await words(running, "/operations")


async def test_operations_tell_how_far_the_tracker_is(running: Running) -> None:
    running.company.partition(0, 2, sales=0)
    running.company.partitions[0].open_promises = 1_234_567
    running.company.partitions[0].skews.add(party="sales", source="shop", skew_s=-41.5, samples=9)
    text = await words(running, "/operations")
    assert "0 2 min 14:01 2 min ago 1,234,567 4,711 3 0" in text
    assert "sales shop 41.5 s ahead" in text
    data = (await running.browser.get("/operations.json")).json()
    assert data["partitions"][0]["complete_through"] == [["sales", "2026-03-04T14:03:10Z"]]


@pytest.mark.parametrize(("behind", "silent", "known"), [(1, 3, "14:00"), (3, 1, "14:00")])
async def test_all_is_known_until_the_earlier_of_reading_and_hearing(
    running: Running, behind: int, silent: int, known: str
) -> None:
    running.company.partition(0, behind, sales=silent, finance=0)
    assert f"0 {behind} min {known} 3 min ago" in await words(running, "/operations")


async def test_dead_letters_are_counted_by_reason_with_what_sends_them_again(
    running: Running,
) -> None:
    for number, reason in enumerate(("too_large", "wrong_key", "wrong_key")):
        running.company.letter(reason, number)
    text = await words(running, "/operations")
    assert (
        "because Send all 2 again or handoff dlq redrive --reason wrong_key"
        " too_large 1 2026-03-04T13:00:00Z Send again…"
    ) in text
    assert "because Send it again or handoff dlq redrive --reason too_large" in text
    assert "handoff dlq show 0/2 wrong_key 2026-03-04T13:02:00Z sales.OrderPlaced" in text
    data = (await running.browser.get("/operations.json")).json()["dead_letters"]
    assert [(each["reason"], each["count"]) for each in data["reasons"]] == [
        ("wrong_key", 2),
        ("too_large", 1),
    ]


async def test_a_command_to_copy_runs_nothing_that_a_stranger_wrote(running: Running) -> None:
    running.company.letter("x; rm -rf /", 0)
    assert "--reason 'x; rm -rf /'" in await words(running, "/operations")


@pytest.mark.parametrize(
    ("fields", "ids", "reason"),
    [({"id": "0/1"}, ["0/1"], ""), ({"reason": "wrong_key"}, [], "wrong_key")],
)
async def test_letters_are_sent_again_one_by_one_or_all_of_a_reason(
    running: Running, fields: dict[str, str], ids: list[str], reason: str
) -> None:
    for number in range(2):
        running.company.letter("wrong_key", number)
    fields |= {"words": "the key is mended", "idempotency_key": "k"}
    led = await send(running, "/letters/redrive", **fields)
    assert led == "/operations?did=redriven#letters"
    asked = running.company.redriven["k"]
    assert (list(asked.ids), asked.reason) == (ids, reason)
    assert (asked.actor, asked.words) == ("anna", "the key is mended")
    assert "Sent again. A letter whose cause is not mended" in await words(running, led)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": "0/0"}, "say why they will be taken now"),
        ({"words": "w"}, "Give the field `id` or `reason`"),
        ({"words": "w", "id": "0/0", "reason": "wrong_key"}, "Give the field `id` or `reason`"),
        ({"words": "w", "id": "0/9"}, "There is no such dead letter."),
    ],
)
async def test_a_wrong_wish_to_send_letters_is_refused_with_what_would_be_right(
    running: Running, fields: dict[str, str], said: str
) -> None:
    running.company.letter("wrong_key", 0)
    assert said in await send(running, "/letters/redrive", idempotency_key="k", **fields)


async def test_no_other_site_sends_letters_again(running: Running) -> None:
    await running.feed.refresh()
    fields = {"reason": "wrong_key", "words": "w", "idempotency_key": "k"}
    assert (await running.browser.post("/letters/redrive", data=fields)).status_code == 403
    assert not running.company.redriven


async def test_of_many_dead_letters_only_the_newest_are_listed(running: Running) -> None:
    for number in range(LISTED_LIMIT + 1):
        running.company.letter("too_large", number, failed_at=f"{number:04}")
    data = (await running.browser.get("/operations.json")).json()["dead_letters"]
    assert (data["count"], len(data["newest"])) == (LISTED_LIMIT + 1, LISTED_LIMIT)
    assert [data["newest"][end]["failed_at"] for end in (0, -1)] == [f"{LISTED_LIMIT:04}", "0001"]


async def test_without_kafka_operations_say_that_letters_are_not_known(running: Running) -> None:
    running.company.letters_problem = "Cannot read from Kafka at 127.0.0.1:1."
    text = await words(running, "/operations")
    assert "Which there are is not known. Cannot read from Kafka at 127.0.0.1:1." in text
    assert "There is no dead letter." not in text


async def test_whether_alerts_were_of_use_is_counted_by_agreement(running: Running) -> None:
    running.company.agreement("ship-paid-order", "operations", "sales")
    running.company.rated("ship-paid-order", (1, 0), (0, 0), (2, 1))
    for path in ("/agreements", "/agreements/ship-paid-order"):
        text = await words(running, path)
        assert "2026-02-16 2026-02-23 2026-03-02 ship-paid-order 3 of 4 1 of 1 - 2 of 3" in text
    (told,) = (await running.browser.get("/agreements.json")).json()["ratings"]
    assert (told["useful"], told["not_useful"]) == (3, 1)
    assert told["weeks"][-1] == {"monday": "2026-03-02", "useful": 2, "not_useful": 1}
    await running.servers.alerts_server.stop(None)
    assert "Were their alerts of use?" not in await words(running, "/agreements")


@pytest.mark.parametrize("path", PATHS)
async def test_hostile_text_is_text_on_every_page(running: Running, path: str) -> None:
    company = running.company
    company.promise("p", owed_by=HOSTILE, awaits=HOSTILE, waiting_on=HOSTILE)
    company.alert("p", "acknowledged", acknowledged_by=HOSTILE)
    company.turn(HOSTILE, HOSTILE, 0, None)
    company.agreement(HOSTILE, HOSTILE, HOSTILE)
    company.silence(HOSTILE, 0, 60, owed_by=[HOSTILE], reason=HOSTILE, actor=HOSTILE)
    company.partition(0, 0, **{HOSTILE: 1})
    company.letter(HOSTILE, 0, topic=HOSTILE, handler=HOSTILE, failed_at=HOSTILE)
    company.ratings.append(alerts_pb2.RatingCount(agreement=HOSTILE, useful=1))
    markup = await page(running, path)
    assert HOSTILE in markup.text
    assert not markup.all("img")
    assert all("src" in each for each in markup.all("script"))


@pytest.mark.parametrize("path", PATHS[1:])
async def test_without_its_service_a_page_says_which_does_not_answer(
    running: Running, path: str
) -> None:
    await running.feed.refresh()
    await running.servers.alerts_server.stop(None)
    await running.servers.tracker_server.stop(None)
    answer = await running.browser.get(path)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
