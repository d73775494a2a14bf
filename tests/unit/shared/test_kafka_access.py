"""Who may talk to Kafka and how: what clients are told, and that nothing shows a secret."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.shared.errors import SettingsError
from services.shared.kafka_access import client_arguments, tls_context
from services.shared.settings import KafkaSettings, MongoSettings, Settings, load

SECRET = "canary-4711"
SIGNED_IN = KafkaSettings(
    bootstrap="kafka-1:9093, kafka-2:9093",
    tls=True,
    username="tracker",
    password=SecretStr(SECRET),
)


def test_without_more_a_client_talks_to_the_broker_as_anyone_may() -> None:
    assert client_arguments(KafkaSettings()) == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


def test_a_client_that_signs_in_does_so_by_scram_over_tls() -> None:
    arguments = client_arguments(SIGNED_IN)
    context = arguments.pop("ssl_context")
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert arguments == {
        "bootstrap_servers": ["kafka-1:9093", "kafka-2:9093"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "tracker",
        "sasl_plain_password": SECRET,
    }


def test_tls_is_wanted_or_not_whoever_we_are() -> None:
    assert client_arguments(KafkaSettings(tls=True))["security_protocol"] == "SSL"
    assert tls_context(KafkaSettings()) is None


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"USERNAME": "tracker", "TLS": "true"}, "HANDOFF_KAFKA__PASSWORD go together"),
        ({"PASSWORD": SECRET, "TLS": "true"}, "HANDOFF_KAFKA__USERNAME and"),
        ({"USERNAME": "tracker", "PASSWORD": SECRET}, "need HANDOFF_KAFKA__TLS=true"),
        ({"CA_FILE": __file__}, "need HANDOFF_KAFKA__TLS=true"),
        ({"CA_FILE": "/no/ca.pem", "TLS": "true"}, "HANDOFF_KAFKA__CA_FILE is /no/ca.pem"),
    ],
)
def test_half_an_access_stops_the_start_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"HANDOFF_KAFKA__{name}", value)
    with pytest.raises(SettingsError, match=said) as refused:
        load(Settings)
    assert SECRET not in str(refused.value)


def test_settings_show_neither_password_nor_the_uri_that_may_hold_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HANDOFF_MONGO__URI", f"mongodb://tracker:{SECRET}@mongo/")
    settings = load(Settings).model_copy(update={"kafka": SIGNED_IN})
    assert SECRET in settings.mongo.uri
    assert settings.mongo.shown == "mongodb://mongo/"
    assert MongoSettings().shown == MongoSettings().uri
    assert SECRET not in f"{settings!r} {settings} {settings.kafka!r} {settings.mongo}"


def test_a_secret_comes_from_a_file_named_like_its_setting(tmp_path: Path) -> None:
    (tmp_path / "handoff_kafka__password").write_text(f"{SECRET}\n")
    (tmp_path / "handoff_mongo__uri").write_text("mongodb://elsewhere/")
    script = (
        "from services.shared.settings import Settings, load\n"
        "s = load(Settings)\n"
        "print(s.kafka.username, s.kafka.password.get_secret_value(), s.mongo.uri)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "HANDOFF_SECRETS": str(tmp_path),
            "HANDOFF_KAFKA__USERNAME": "tracker",
            "HANDOFF_KAFKA__TLS": "true",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["tracker", SECRET, "mongodb://elsewhere/"]
