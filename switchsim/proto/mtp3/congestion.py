"""Signalling traffic flow control: congestion, its test, user parts (RTCC, RCAT; Q.704 11, 13.6 to 13.9)."""

from __future__ import annotations

from switchsim.proto.mtp3.actions import Status
from switchsim.proto.mtp3.codec import Kind, Message
from switchsim.proto.mtp3.core import Core, Nothing, Rows, run
from switchsim.proto.mtp3.state import Box, Rcat, RcatEvent

MESSAGES_PER_REPORT = 8
UNKNOWN, UNEQUIPPED, INACCESSIBLE = 0, 1, 2
_CAUSES = {UNKNOWN: "user_unknown", UNEQUIPPED: "user_unequipped", INACCESSIBLE: "user_inaccessible"}


def level_of(core: Core, link: int) -> int:
    """The congestion status to report: 0 in a network without levels (Q.704 15.15)."""
    return core.state.links[link].congestion if core.config.congestion_levels else 0


def _due(core: Core, link: int, priority: int) -> bool:
    """Whether a message to a congested link is to be reported: the first and every eighth (11.2.3 i), or with levels
    each one of a priority below the level (11.2.3 ii)."""
    entry = core.state.links[link]
    if core.config.congestion_levels:
        return priority < entry.congestion
    entry.congested_messages_count += 1
    return entry.congested_messages_count % MESSAGES_PER_REPORT == 1


def own_message(core: Core, link: int, dpc: int, priority: int) -> None:
    """A message of our own users went to a link; a congested one makes them slow down."""
    if core.state.links[link].congestion and _due(core, link, priority):
        core.out.append(Status(dpc, "congestion", level_of(core, link)))


def transferred_message(core: Core, link: int, opc: int, dpc: int, priority: int) -> None:
    """A message from `opc` was transferred to a link; a congested one is reported there with TFC (13.6)."""
    if core.state.links[link].congestion and _due(core, link, priority):
        core.send_snm(opc, 0, Message(Kind.TFC, level_of(core, link), dpc))


def on_congestion(core: Core, link: int, level: int) -> None:
    """Level 2's transmit buffer passed a threshold."""
    entry = core.state.links[link]
    if level > entry.congestion:
        entry.congested_messages_count = 0
    entry.congestion = level


# -- TFC and the congestion test ---------------------------------------------------------------------------------------


def on_tfc(core: Core, dpc: int, level: int) -> None:
    destination = core.state.destinations.get(dpc)
    if destination is None:
        core.unknown("13.7", Kind.TFC, dpc)
    elif not core.config.congestion_levels:
        core.out.append(Status(dpc, "congestion", 0))
    else:
        if destination.rcat is not Rcat.CONGESTED or level > destination.congestion:
            destination.congestion = level
        step(core, dpc, RcatEvent.TFC)


def step(core: Core, dpc: int, event: RcatEvent) -> None:
    run(core, Box.RCAT, core.state.destinations[dpc].rcat, event, RCAT, dpc)


def _congested(core: Core, dpc: int) -> None:
    """The level holds for T15 from the last TFC on (13.7, 13.9)."""
    destination = core.state.destinations[dpc]
    core.stop("t16", dpc)
    destination.rcat = Rcat.CONGESTED
    core.start("t15", dpc)
    core.out.append(Status(dpc, "congestion", destination.congestion))


def _test(core: Core, dpc: int) -> None:
    """RCT goes the way of ordinary traffic, one priority below the level: no TFC comes back when it gets through."""
    core.state.destinations[dpc].rcat = Rcat.TESTING
    core.send_snm(dpc, 0, Message(Kind.RCT))
    core.start("t16", dpc)


def _easier(core: Core, dpc: int) -> None:
    destination = core.state.destinations[dpc]
    destination.congestion = max(destination.congestion - 1, 0)
    core.out.append(Status(dpc, "congestion", destination.congestion))
    if destination.congestion:
        _test(core, dpc)
    else:
        destination.rcat = Rcat.IDLE


_TIMER = Nothing("the timer does not run in this state", "16.8", impossible=True)
RCAT: Rows = {
    (Rcat.IDLE, RcatEvent.TFC): _congested,
    (Rcat.IDLE, RcatEvent.T15): _TIMER,
    (Rcat.IDLE, RcatEvent.T16): _TIMER,
    (Rcat.CONGESTED, RcatEvent.TFC): _congested,
    (Rcat.CONGESTED, RcatEvent.T15): _test,
    (Rcat.CONGESTED, RcatEvent.T16): _TIMER,
    (Rcat.TESTING, RcatEvent.TFC): _congested,
    (Rcat.TESTING, RcatEvent.T15): _TIMER,
    (Rcat.TESTING, RcatEvent.T16): _easier,
}


# -- user parts --------------------------------------------------------------------------------------------------------


def refuse_user(core: Core, opc: int, si: int) -> None:
    """A message for a user part that is not here, or not now (Q.704 11.2.7)."""
    cause = INACCESSIBLE if si in core.config.user_parts else UNEQUIPPED
    core.count("user_unavailable")
    core.send_snm(opc, 0, Message(Kind.UPU, point=core.config.own_pc, user=si, cause=cause))


def on_upu(core: Core, message: Message) -> None:
    if message.point not in core.state.destinations:
        core.unknown("11.2.7", Kind.UPU, message.point)
        return
    core.out.append(Status(message.point, _CAUSES.get(message.cause, "user_unknown"), 0, message.user))
