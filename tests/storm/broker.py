"""A Kafka that lets nobody in without TLS and SCRAM-SHA-512; else it is the local stack's."""

from pathlib import Path

from pydantic import SecretStr

from services.local.jars import Jars
from services.local.kafka import Kafka
from services.local.ports import Ports
from services.shared.settings import KafkaSettings
from tests.storm.certificates import PASSWORD, Certificates

BROKER, TRACKER, WRITER = "broker", "tracker", "writer"
_PASSWORDS = {name: f"{name}-of-this-run" for name in (BROKER, TRACKER, WRITER)}
_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"


class SecureKafka(Kafka):
    """Satisfies `servers.Server`; its users are made when its storage is formatted."""

    def __init__(self, home: Path, jars: Jars, ports: Ports, certificates: Certificates) -> None:
        super().__init__(home, jars, ports)
        self._certificates = certificates

    def access(self, user: str) -> KafkaSettings:
        """What a client of this `user` needs."""
        return KafkaSettings(
            bootstrap=self.address,
            tls=True,
            ca_file=self._certificates.authority,
            username=user,
            password=SecretStr(_PASSWORDS[user]),
        )

    def _format_options(self) -> tuple[str, ...]:
        return tuple(
            f"--add-scram=SCRAM-SHA-512=[name={user},password={password}]"
            for user, password in _PASSWORDS.items()
        )

    def _properties(self) -> str:
        """The last of two lines of one name counts."""
        login = f'{_LOGIN} username="{BROKER}" password="{_PASSWORDS[BROKER]}";'
        controller = f"CONTROLLER://127.0.0.1:{self._controller_port}"
        secure = {
            "listeners": f"CLIENT://{self.address},{controller}",
            "advertised.listeners": f"CLIENT://{self.address}",
            "listener.security.protocol.map": "CLIENT:SASL_SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "CLIENT",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.client.scram-sha-512.sasl.jaas.config": login,
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": self._certificates.keystore,
            "ssl.keystore.password": PASSWORD,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self._certificates.authority,
            "ssl.enabled.protocols": "TLSv1.3,TLSv1.2",
            "listener.name.controller.ssl.client.auth": "required",
            "listener.name.client.ssl.client.auth": "none",
        }
        return super()._properties() + "".join(f"{key}={value}\n" for key, value in secure.items())
