"""What main processor and boards of R2 circuits say: trunk boards of signalling bits, MFC boards of signals."""

from __future__ import annotations

from switchsim.model.message import BusMessage

# -- down --------------------------------------------------------------------------------------------------------


class SendCas(BusMessage, frozen=True):
    """To a trunk board: signalling bits of a channel of its line, abcd with a in bit 3. report: tell what arrives."""

    line: int
    timeslot: int
    abcd: int
    report: bool = False


class ListenMfc(BusMessage, frozen=True):
    """A register of an MFC board hears forward or backward signals; `` = released, and silent."""

    register: int
    direction: str
    limits: str = "itu"  # as the receivers' sets: itu, china


class SendMfc(BusMessage, frozen=True):
    """A register of an MFC board sends signal 1..15, or nothing (0); cycles 0 = until told otherwise."""

    register: int
    direction: str
    signal: int
    cycles: int = 0
    limits: str = "itu"


# -- up ----------------------------------------------------------------------------------------------------------


class CasHeard(BusMessage, frozen=True):
    """Signalling bits a, b of a channel, recognised (Q.422 3.1): a in bit 1."""

    line: int
    timeslot: int
    ab: int


class MfcHeard(BusMessage, frozen=True):
    """A register hears a signal begin, or end."""

    register: int
    signal: int
    on: bool


class MfcSent(BusMessage, frozen=True):
    """A register has sent a pulse to its end."""

    register: int
