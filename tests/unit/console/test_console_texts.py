"""Small texts that strangers may have written: names, paths, and the lines of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.forms import local_path
from services.console.guard import host_of
from services.console.live import message, seq_of
from services.console.words import element_id, plain, subject_path


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("finance.PaymentApproved", "Payment approved"),
        ("carrier.SKUScanned2", "Skuscanned2"),
        ("ship-paid-order", "Ship paid order"),
        ("hand_to_carrier", "Hand to carrier"),
        ("Parcel, or a call", "Parcel, or a call"),
        ("", ""),
    ],
)
def test_names_become_words_and_other_text_stays(name: str, words: str) -> None:
    assert plain(name) == words


@given(st.text())
def test_an_element_id_is_safe_in_markup_and_selectors(promise_id: str) -> None:
    id = element_id(promise_id)
    assert id.replace("-", "").isalnum()
    assert id.isascii()


def test_a_subjects_path_keeps_what_a_url_would_read_otherwise() -> None:
    assert subject_path("order/4711") == "/subjects/order/4711"
    assert subject_path("order/47?#%11") == "/subjects/order/47%3F%23%2511"


@pytest.mark.parametrize("text", ["/", "/?owed_by=finance", "/subjects/order/4711?state=breached"])
def test_a_path_of_ours_is_gone_back_to(text: str) -> None:
    assert local_path(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "//evil.example", "https://evil.example/", "/\\evil.example", "evil", "/\nx", "///x"],
)
def test_any_other_address_leads_to_the_list(text: str) -> None:
    assert local_path(text) == "/"


@pytest.mark.parametrize(
    ("header", "host"),
    [("localhost:7207", "localhost"), ("[::1]:7207", "[::1]"), ("A.Example", "a.example")],
)
def test_a_host_is_read_without_its_port(header: str, host: str) -> None:
    assert host_of(header) == host


def test_no_line_break_in_a_text_can_end_a_message() -> None:
    sent = message("e-7", "a\n\nid: e-9\r\rdata: b\r\nc")
    assert sent == "id: e-7\ndata: a\ndata: \ndata: id: e-9\ndata: \ndata: data: b\ndata: c\n\n"


@pytest.mark.parametrize("position", ["", "7", "other-7", "e-", "e-x", "e-7 ", "e-" + "9" * 16])
def test_a_position_that_is_not_ours_is_none(position: str) -> None:
    assert seq_of(position, "e") is None
    assert seq_of("e-7", "e") == 7
