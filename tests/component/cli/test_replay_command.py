"""`handoff replay` as it is called: its file, its summary, its bad input, its exit codes."""

import json
from pathlib import Path

import pytest

from tests import olist_files
from tests.bpic2013_files import write_incidents
from tests.olist_files import write_joined, write_public
from tests.replaying import AFTER_ALL, Ended, call, replay, replay_findings, replay_in_a_process


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_the_file_has_a_row_a_promise_in_order_of_opening(data: Path, out: Path) -> None:
    ended = replay(write_joined(data), out, "--until", AFTER_ALL)
    assert (ended.code, ended.err) == (0, "")
    assert [",".join(row) for row in ended.rows if row[0] != "kept"] == [
        "late,approve_payment,finance,sales,"
        "2017-11-06T11:00:00Z,2017-11-08T11:00:00Z,2017-11-06T12:00:00Z,kept",
        "late,deliver_to_customer,operations,customer,"
        "2017-11-06T11:00:00Z,2017-11-21T00:00:00Z,2017-11-21T00:00:01Z,kept_late",
        "forgotten,approve_payment,finance,sales,"
        "2017-11-06T12:00:00Z,2017-11-08T12:00:00Z,2017-11-06T13:00:00Z,kept",
        "forgotten,deliver_to_customer,operations,customer,"
        "2017-11-06T12:00:00Z,2017-11-21T00:00:00Z,,breached",
        "late,hand_to_carrier,sales/seller,operations,"
        "2017-11-06T12:00:00Z,2017-11-10T00:00:00Z,2017-11-20T10:00:00Z,kept_late",
        "late,answer_review,support,customer,"
        "2017-11-22T00:00:00Z,2017-11-25T00:00:00Z,2017-11-30T10:00:00Z,kept_late",
    ]


def test_the_public_files_give_the_same_rows(data: Path, out: Path) -> None:
    joined = replay(write_joined(data), out).rows
    for path in data.iterdir():
        path.unlink()
    assert replay(write_public(data), out).rows == joined


def test_nothing_after_until_is_known(data: Path, out: Path) -> None:
    ended = replay(write_joined(data), out, "--until", "2017-11-07T09:00:00-01:00")
    assert [(row[0], row[1], row[7]) for row in ended.rows] == [
        ("kept", "approve_payment", "kept"),
        ("kept", "deliver_to_customer", "open"),
        ("late", "approve_payment", "kept"),
        ("late", "deliver_to_customer", "open"),
        ("forgotten", "approve_payment", "kept"),
        ("forgotten", "deliver_to_customer", "open"),
        ("late", "hand_to_carrier", "open"),
        ("kept", "hand_to_carrier", "open"),
    ]


def test_without_until_it_ends_with_the_last_event(data: Path, out: Path) -> None:
    summary = json.loads(replay(write_joined(data), out, "--json").out)
    assert summary["until"] == "2017-11-30T10:00:00Z"


def test_the_summary_can_be_read_by_a_program(data: Path, out: Path) -> None:
    summary = json.loads(replay(write_joined(data), out, "--until", AFTER_ALL, "--json").out)
    assert summary.pop("seconds") >= 0
    assert summary == {
        "until": AFTER_ALL,
        "events": 14,
        "promises": 10,
        "kept": 6,
        "kept_late": 3,
        "breached": 1,
        "open": 0,
        "cancelled": 0,
        "inner_breaches": {"broken": 1, "ahead": 1, "median_days": 11.0},
        "broken_customer_dates": {"broken": 2, "ahead": 1, "median_days": 11.0},
        "openings_skipped": [{"agreement": "hand_to_carrier", "reason": "fact_absent", "count": 1}],
        "events_left_out": {},
        "bad_rows": 0,
        "findings": {},
        "out": str(out),
        "findings_out": None,
    }


def test_the_summary_can_be_read_by_a_person(data: Path, out: Path) -> None:
    printed = replay(write_joined(data), out).out
    assert printed.startswith("10 promises from 14 events up to 2017-11-30T10:00:00Z, in ")
    assert "Of 2 dates broken to customers, 1 had a broken promise between departments" in printed
    assert "1 events opened no hand_to_carrier: fact absent." in printed
    assert printed.endswith(f"Written: {out}\n")


def test_the_file_of_findings_has_a_row_a_finding_in_order_of_time(data: Path, out: Path) -> None:
    ended = replay_findings(write_incidents(data), out, "--format", "bpic2013")
    assert (ended.code, ended.err) == (0, "")
    assert ended.findings == [
        (
            "bounced",
            "left_alone",
            "2012-05-07T14:30:00Z",
            "V1 passed the case to V2 2nd, where nobody accepted it within 4 hours",
        ),
        (
            "bounced",
            "bounced",
            "2012-05-07T15:00:00Z",
            "V1 got the case back that it had passed to V2 2nd: V1, V2 2nd, V1",
        ),
    ]
    assert "1 findings: bounced." in ended.out
    assert ended.out.endswith(f"Written: {out}\n")


def test_promises_and_findings_may_be_written_by_one_call(data: Path, out: Path) -> None:
    findings = out.with_name("findings.csv")
    options = ("--format", "bpic2013", "--findings", str(findings), "--json")
    ended = replay(write_incidents(data), out, *options)
    summary = json.loads(ended.out)
    assert summary["findings"] == {"bounced": 1, "left_alone": 1}
    assert (summary["out"], summary["findings_out"]) == (str(out), str(findings))
    assert [(row[0], row[1], row[7]) for row in ended.rows] == [
        ("bounced", "resolve-incident", "kept"),
        ("quick", "resolve-incident", "kept"),
    ]
    assert len(findings.read_text().splitlines()) == 3


def test_findings_follow_from_what_was_known_until_then(data: Path, out: Path) -> None:
    def until(time: str) -> int:
        options = ("--format", "bpic2013", "--until", f"2012-05-07T{time}Z")
        return len(replay_findings(write_incidents(data), out, *options).findings)

    assert [until(time) for time in ("14:29:59", "14:30:00", "14:59:59", "15:00:00")] == [
        0,
        1,
        1,
        2,
    ]


def refused(ended: Ended, *words: str) -> bool:
    said = " ".join(ended.err.replace("│", " ").split())
    return (ended.code, ended.out) == (2, "") and all(word in said for word in words)


def test_a_call_that_would_write_nothing_is_refused(data: Path, out: Path) -> None:
    ended = call(out, "--from", str(write_joined(data)))
    assert refused(ended, "Nothing would be written; give --out FILE.csv, --findings FILE.csv")


def test_promises_and_findings_in_one_file_are_refused(data: Path, out: Path) -> None:
    ended = replay(write_joined(data), out, "--findings", str(out))
    assert refused(ended, "gets the promises already; give another.")
    assert not out.exists()


def test_findings_through_kafka_are_refused(data: Path, out: Path) -> None:
    ended = replay_findings(write_joined(data), out, "--through", "kafka")
    assert refused(ended, "--through kafka gives no findings")


def test_findings_are_not_written_over_a_file_that_is_read(data: Path) -> None:
    table = write_incidents(data) / "bpic2013_incidents.csv"
    before = table.read_bytes()
    ended = replay_findings(data, table, "--format", "bpic2013")
    assert refused(ended, "one of the files that are read; give another.")
    assert table.read_bytes() == before


def test_bad_rows_are_named_counted_and_left_out(data: Path, out: Path) -> None:
    late = {**olist_files.ORDERS[1], "purchased_at": "yesterday"}
    folder = write_joined(data, orders=[olist_files.ORDERS[0], late, olist_files.ORDERS[2]])
    ended = replay(folder, out, "--json")
    assert ended.code == 0
    assert ended.err.startswith("Left out: olist_orders.csv.gz, row 2 (line 3): purchased_at is ")
    assert json.loads(ended.out)["bad_rows"] == 1
    assert {row[0] for row in ended.rows} == {"kept", "forgotten"}


def test_a_missing_file_is_one_clear_line_and_nothing_is_written(data: Path, out: Path) -> None:
    (write_joined(data) / "olist_items.csv.gz").unlink()
    ended = replay(data, out)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert f"{data} holds olist_orders.csv.gz, olist_payments.csv.gz; expected are " in ended.err
    assert not out.exists()


def test_files_without_one_good_order_are_refused(data: Path, out: Path) -> None:
    bad = {**olist_files.ORDERS[0], "purchased_at": ""}
    ended = replay(write_joined(data, orders=[bad]), out)
    assert ended.code == 2
    assert ended.err.endswith(f"No row of the files in {data} could be read; nothing is written.\n")


def test_it_ends_with_1_only_where_asked_to_fail_on_a_breach(data: Path, out: Path) -> None:
    write_joined(data)
    assert replay(data, out).code == 0
    assert replay(data, out, "--fail-on", "breached").code == 1
    assert replay(data, out, "--fail-on", "breached", "--until", "2017-11-07").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--until", "soon"),
        ("--format", "sap"),
        ("--through", "rabbit"),
        ("--agreements", "/nowhere"),
        ("--unknown",),
    ],
)
def test_what_is_not_understood_ends_with_2(
    data: Path, out: Path, options: tuple[str, ...]
) -> None:
    ended = replay(write_joined(data), out, *options)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err
    assert not out.exists()


def test_a_file_that_is_read_is_not_written_over(data: Path) -> None:
    items = write_public(data) / "olist_order_items_dataset.csv"
    before = items.read_bytes()
    ended = replay_in_a_process(data, items)
    assert ended.code == 2
    assert "one of the files" in ended.err
    assert items.read_bytes() == before


def test_agreements_of_ones_own_are_used(data: Path, out: Path, tmp_path: Path) -> None:
    own = tmp_path / "agreements"
    own.mkdir()
    (own / "one.yaml").write_text(
        "agreement: send\nversion: 1\neffective_from: 2016-01-01\nkind: OLA\nowed_by: operations\n"
        "owed_to: sales\nbecause: It is paid.\nopens_on: finance.PaymentApproved\n"
        "fulfil: {on: operations.ParcelHandedOver, within: 1 day}\ndo: Send it.\n"
    )
    rows = replay(write_joined(data), out, "--agreements", str(own)).rows
    assert [(row[0], row[1], row[7]) for row in rows] == [
        ("late", "send", "kept_late"),
        ("forgotten", "send", "breached"),
        ("kept", "send", "kept"),
    ]
