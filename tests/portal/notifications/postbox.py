"""A real mail server on this machine that keeps what it gets, and refuses or hangs up when told to."""

import asyncio
import email
import email.policy
import socket

from aiosmtpd.controller import Controller


class Postbox:
    """Use as a context manager. ``mails`` is what was accepted, duplicates included."""

    def __init__(self, *, seconds_each: float = 0.0) -> None:
        self.mails: list[email.message.EmailMessage] = []
        self.refused: dict[str, str] = {}  # address: the server's answer to RCPT
        self.answer = "250 Kept"  # to DATA
        self.connections = 0
        self.hang_up_after: int | None = None  # mails on one connection
        self.seconds_each = seconds_each
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_error):
        self._controller.stop()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name, session.mails = hostname, 0
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        if self.hang_up_after is not None and session.mails >= self.hang_up_after:
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.seconds_each)
        if self.answer.startswith("2"):
            session.mails += 1
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
