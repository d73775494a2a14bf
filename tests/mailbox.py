"""A mail server on the loopback that speaks TLS, keeps what it gets, and answers as told."""

import base64
import socket
import socketserver
import ssl
from contextlib import suppress
from pathlib import Path

from tests.listening import Listening

CERTIFICATE = Path(__file__).parent / "certificates/loopback.pem"


class Mailbox(Listening):
    """`answers` are by command (`RCPT`), or by command and argument's beginning (`RCPT TO:<a`)."""

    def __init__(self, *, implicit: bool = False, starttls: bool = True) -> None:
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.answers: dict[str, str] = {}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE)
        self.implicit, self.starttls = implicit, starttls
        mailbox = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                talk = Talk(mailbox, self.request)
                with suppress(OSError):
                    talk.go_on()
                talk.hang_up()

        super().__init__(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))


class Talk:
    """One connection."""

    def __init__(self, mailbox: Mailbox, connection: socket.socket) -> None:
        self._mailbox, self._connection, self._left = mailbox, connection, b""

    def go_on(self) -> None:
        if self._mailbox.implicit:
            self._secure()
        self._say("220 mail.test")
        while command := self._line():
            verb = command.partition(" ")[0]
            command = command.replace(verb, verb.upper(), 1)
            self._mailbox.commands.append(command)
            told = [each for each in self._mailbox.answers if command.startswith(each)]
            if told:
                self._say(self._mailbox.answers[told[0]])
            elif not self._take(verb.upper(), command):
                return

    def hang_up(self) -> None:
        self._connection.close()

    def _take(self, verb: str, command: str) -> bool:
        if verb == "EHLO":
            offered = "250-STARTTLS\r\n" if self._mailbox.starttls else ""
            self._say(f"250-mail.test\r\n{offered}250 AUTH PLAIN")
        elif verb == "STARTTLS":
            self._say("220 go on")
            self._secure()
        elif verb == "AUTH":
            said = base64.b64decode(command.split()[2]).decode()
            self._say("235 welcome" if said == "\0handoff\0s3cret" else "535 who?")
        elif verb == "DATA":
            self._say("354 go on")
            self._mailbox.messages.append(self._content())
            self._say("250 taken")
        else:
            self._say("221 bye" if verb == "QUIT" else "250 fine")
        return verb != "QUIT"

    def _secure(self) -> None:
        self._connection = self._mailbox.context.wrap_socket(self._connection, server_side=True)

    def _content(self) -> bytes:
        lines = []
        while (line := self._line()) != ".":
            lines.append(line.removeprefix("."))
        return "\r\n".join(lines).encode()

    def _line(self) -> str:
        while b"\r\n" not in self._left:
            more = self._connection.recv(65_536)
            if not more:
                return ""
            self._left += more
        line, _, self._left = self._left.partition(b"\r\n")
        return line.decode() or " "

    def _say(self, text: str) -> None:
        self._connection.sendall(text.encode() + b"\r\n")
