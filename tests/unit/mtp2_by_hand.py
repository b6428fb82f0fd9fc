"""MTP2 units and link states made by hand."""

from __future__ import annotations

from switchsim.proto.mtp2 import Action, Event, Link, LinkConfig, LinkState, Lsc, Send, Status
from switchsim.proto.mtp2.state import RUN


def fisu(bsn: int = 127, fsn: int = 127, bib: int = 1, fib: int = 1) -> bytes:
    return bytes((bib << 7 | bsn, fib << 7 | fsn, 0))


def lssu(status: int) -> bytes:
    return bytes((255, 255, 1, status))


def msu(fsn: int, bsn: int = 127, bib: int = 1, fib: int = 1, message: bytes = b"\x85abc") -> bytes:
    return bytes((bib << 7 | bsn, fib << 7 | fsn, min(len(message), 63))) + message


SIO, SIN, SIE, SIOS, SIPO, SIB = map(lssu, Status)

MESSAGE = b"\x85abc"


def running(link: Link) -> str:
    """The timers that run."""
    return " ".join(name for name, bit in RUN.items() if link.state.running & bit and name != "repeats")


def powered(config: LinkConfig | None = None, trace: list[tuple[str, int, Event]] | None = None) -> Link:
    link = Link(LinkState(), config or LinkConfig(), trace)
    link.power_on()
    return link


def aligning(config: LinkConfig | None = None) -> Link:
    link = powered(config)
    link.start()
    return link


def proving(config: LinkConfig | None = None) -> Link:
    link = aligning(config)
    link.receive(SIO)
    link.receive(SIN)
    return link


def ready(config: LinkConfig | None = None) -> Link:
    link = proving(config)
    link.timer("T4")
    return link


def not_ready(config: LinkConfig | None = None) -> Link:
    link = ready(config)
    link.local_processor_outage()
    return link


def in_service(config: LinkConfig | None = None) -> Link:
    link = ready(config)
    link.receive(fisu())
    assert link.state.lsc is Lsc.IN_SERVICE
    return link


def sent(actions: list[Action]) -> list[bytes]:
    """Units queued, octet 0 (stamped by the terminal) left out."""
    return [action.octets[1:] for action in actions if isinstance(action, Send)]


def kinds(actions: list[Action]) -> list[str]:
    return [type(action).__name__ for action in actions]
