"""Faults of the interfaces to outside programs: AMI, CSTA, FastAGI; what testers of such links break.

They act between the interface and its client (`where: {interface: ami, client: 0}`; 0 = all clients, else the number of
a connection, counted from 1). The machine itself stays as it was: who asks anew afterwards is told the truth. Each
fires with its first act, and tells of all that it does with interface_tampered.
"""

from __future__ import annotations

from typing import Final

from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.units import ms, seconds

AMI, CSTA, AGI = "ami", "csta", "agi"
EVERY: Final = (AMI, CSTA, AGI)
EVENTFUL: Final = (AMI, CSTA)
"""Those that tell of events."""


class InterfaceFault(ParameterFault, frozen=True, kw_only=True):
    """A fault of an interface. interfaces: those that can have it."""

    interfaces: tuple[str, ...] = EVERY


SKIP: Final = Parameter("number", 0, high=1_000_000)
ALL: Final = {"skip": SKIP, "count": Parameter("number", 0, high=1_000_000)}
"""Of what fits `skip` are spared, then `count` are met (0: all)."""
ONE: Final = {"skip": SKIP, "count": Parameter("number", 1, high=1_000_000)}
TIME: Final = {"time": Parameter("cycles", None, low=ms(1), high=seconds(60))}
PIECES: Final = ("any", "greeting", "response", "event")
SHOWS: Final = ("application_changed",)


def _row(name: str, text: str, point: str, parameters: dict[str, Parameter], interfaces: tuple[str, ...] = EVERY,
         **fixed: int | str) -> InterfaceFault:  # fmt: skip
    return InterfaceFault(f"interface_{name}", text, "interface", point, (), (), shows=SHOWS, parameters=parameters,
                          fixed=fixed, interfaces=interfaces)  # fmt: skip


INTERFACE_FAULTS: Final[dict[str, InterfaceFault]] = {
    row.name: row
    for row in (
        _row("abort_before", "the connection is closed instead of an answer", "abort_before", ONE),
        _row("abort_after", "the connection is closed right behind an answer", "abort_after", ONE),
        _row("half_open", "nothing is sent nor taken any more, and nobody is told; healed, the connection is closed",
             "half_open", {}),
        _row("stall", "what is to be sent waits until the fault is healed, then goes all at once", "stall", {}),
        _row("split", "so many octets go at a time, the next ones so much later", "split",
             {"octets": Parameter("number", 1, low=1, high=1000),
              "every": Parameter("cycles", None, low=1, high=seconds(10))}),
        _row("coalesce", "what is to be sent is gathered for so long, and goes in one piece", "coalesce", TIME),
        _row("duplicate_event", "events come twice", "duplicate", ALL, EVENTFUL, kind="event"),
        _row("duplicate_answer", "answers come twice", "duplicate", ALL, kind="response"),
        _row("reorder_events", "each two events change places", "reorder", ALL, EVENTFUL),
        _row("late_event", "events come so much later, behind answers and other events", "late", {**ALL, **TIME},
             EVENTFUL, kind="event"),
        _row("late_answer", "answers come so much later", "late", {**ALL, **TIME}, kind="response"),
        _row("truncate", "a message is cut in the middle, and nothing follows: the connection is closed, with close 0 "
             "only when the fault is healed", "truncate",
             {"piece": Parameter("word", "any", words=PIECES), "skip": SKIP,
              "close": Parameter("number", 1, high=1)}, count=1),
        _row("heartbeat_loss", "AMI: Ping is not answered; CSTA: SystemStatus is neither sent nor answered",
             "heartbeat_loss", ALL, EVENTFUL),
        _row("unknown_call", "before an event comes one of a call that there never was", "unknown_call", ONE, EVENTFUL,
             kind="event"),
        _row("stray_answer", "before an answer comes one to a command that was never given", "stray_answer", ONE,
             (AGI,), kind="response"),
        _row("stray_hangup", "before an answer comes a HANGUP, but the caller is still there", "stray_hangup", ONE,
             (AGI,), kind="response"),
        _row("clock_jump", "the interface's clock shows so many seconds more (less): Ping's Timestamp, the Uniqueid of "
             "channels that come", "clock_jump",
             {"seconds": Parameter("number", None, low=-86_400_000, high=86_400_000)}, (AMI,)),
    )
}  # fmt: skip
