"""What a service makes of its environment, and what it says of a value that cannot be."""

import pytest

from services.shared.errors import SettingsError
from services.shared.settings import Settings, load
from services.shared.subjects import Kind


def test_without_any_variable_there_are_the_departments_and_the_desk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HANDOFF_PARTIES", raising=False)
    settings = load(Settings)
    assert set(settings.parties) == {"sales", "operations", "finance", "support", "oncall"}
    assert "oncall" not in settings.heartbeating_parties


def test_a_party_joins_with_its_own_types(monkeypatch: pytest.MonkeyPatch) -> None:
    carrier = '{"carrier": {"types": {"ParcelAccepted": "order"}, "allowed_lateness_s": 600}}'
    monkeypatch.setenv("HANDOFF_PARTIES", carrier)
    settings = load(Settings)
    assert settings.own_types == {"carrier.ParcelAccepted": Kind.ORDER}
    assert "carrier" not in settings.heartbeating_parties
    assert "sales" in settings.parties


def test_a_party_declares_the_sources_that_tell_of_the_past(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not load(Settings).backfilling
    monkeypatch.setenv("HANDOFF_PARTIES__SALES__BACKFILL", '["import", "old-shop"]')
    settings = load(Settings)
    assert settings.backfilling == {("sales", "import"), ("sales", "old-shop")}
    assert settings.own_types == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HANDOFF_PARTITIONS", "0", "HANDOFF_PARTITIONS: "),
        ("HANDOFF_PARTITIONS", "1025", "it is '1025'"),
        ("HANDOFF_CLOCK", "sundial", "HANDOFF_CLOCK: "),
        ("HANDOFF_PARTIES__SALES__BACKFILL", '"import"', "HANDOFF_PARTIES__SALES__BACKFILL: "),
        ("HANDOFF_PARTIES", "{bad", "HANDOFF_PARTIES is not JSON"),
        ("HANDOFF_PARTIES", '{"verdicts": {}}', "verdicts"),
        ("HANDOFF_PARTIES", '{"Carrier": {}}', "Carrier"),
        ("HANDOFF_ENDPOINTS", "x", "HANDOFF_ENDPOINTS is not JSON"),
        ("HANDOFF_ENDPOINTS__TRACKER__GRPC", "70000", "HANDOFF_ENDPOINTS__TRACKER__GRPC: "),
    ],
)
def test_a_bad_value_stops_the_start_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said.replace("{", r"\{")):
        load(Settings)


@pytest.mark.parametrize("partitions", [1, 1_024])
def test_the_number_of_partitions_has_two_ends(
    monkeypatch: pytest.MonkeyPatch, partitions: int
) -> None:
    monkeypatch.setenv("HANDOFF_PARTITIONS", str(partitions))
    assert load(Settings).partitions == partitions
