"""What every client of Kafka is told of it: where it is, how to know it, and who we are."""

import ssl
from typing import Any

from services.shared.settings import KafkaSettings

MECHANISM = "SCRAM-SHA-512"


def client_arguments(kafka: KafkaSettings) -> dict[str, Any]:
    """For a client of kafka-python or of aiokafka, which name these alike."""
    signed_in = bool(kafka.username)
    arguments: dict[str, Any] = {
        "bootstrap_servers": [server.strip() for server in kafka.bootstrap.split(",")],
        "security_protocol": f"{'SASL_' if signed_in else ''}{'SSL' if kafka.tls else 'PLAINTEXT'}",
        "ssl_context": tls_context(kafka),
    }
    if signed_in:
        arguments |= {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": kafka.username,
            "sasl_plain_password": kafka.password.get_secret_value(),
        }
    return arguments


def tls_context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    """It refuses a broker whose certificate is not for its name; None where TLS is not wanted."""
    return ssl.create_default_context(cafile=kafka.ca_file) if kafka.tls else None
