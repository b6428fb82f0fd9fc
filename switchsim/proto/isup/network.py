"""What the MTP reports: destination lost and back, congestion, user part unavailable (Q.764 2.10, 2.13, 2.14)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.isup.actions import StartTimer, StatusInd, StopTimer
from switchsim.proto.isup.core import Core
from switchsim.proto.isup.messages import MessageType
from switchsim.proto.isup.state import CONGESTION_STEPS

CAUSES: Final = ("congestion", "user_unknown", "user_unequipped", "user_inaccessible")
"""Causes of MTP-STATUS: the signalling network, or the peer's ISUP, of unknown state, not there, or out of reach."""


def _start(core: Core, name: str) -> None:
    running = core.state.timers
    if name not in running:
        running.append(name)
    core.out.append(StartTimer(name, core.cycles[int(name[1:])]))


def _stop(core: Core, name: str) -> None:
    if name in core.state.timers:
        core.state.timers.remove(name)
        core.out.append(StopTimer(name))


def pause(core: Core) -> None:
    """MTP-PAUSE: no new calls; those that stand stay, timers run on (2.14)."""
    core.note("MTP", core.state.available, "pause")
    if core.state.available:
        core.state.available = False
        core.out.append(StatusInd("available", 0))


def resume(core: Core) -> None:
    """MTP-RESUME: circuits can be used again; repetition puts right what was lost meanwhile (2.14).

    A test of the peer's ISUP begins anew.
    """
    state = core.state
    core.note("MTP", state.available, "resume")
    if state.available:
        return
    state.available = True
    core.out.append(StatusInd("available", 1))
    if not state.user_available:
        _test(core)


def status(core: Core, cause: str, _: int) -> None:
    """MTP-STATUS: one of `CAUSES`; anything else is taken for "user_unknown"."""
    if cause not in CAUSES:
        cause = "user_unknown"
    core.note("MTP", core.state.available, cause)
    if cause == "congestion":
        _congestion(core)
        return
    if core.state.user_available:
        core.state.user_available = False
        core.out.append(StatusInd("user_part", 0))
    if cause == "user_unequipped":
        _stop(core, "t4")
        core.alarm("2.13.2", 0, "the peer has no ISUP")
    elif "t4" not in core.state.timers:
        _test(core)


def _test(core: Core) -> None:
    """UPT, again each T4 (2.13.2)."""
    core.send(0, MessageType.UPT)
    _start(core, "t4")


def heard(core: Core) -> None:
    """UPA or any other message: the peer's ISUP is there (2.13.2)."""
    core.state.user_available = True
    _stop(core, "t4")
    core.out.append(StatusInd("user_part", 1))


def _congestion(core: Core) -> None:
    """One step less traffic, unless T29 still runs from the last indication (2.10)."""
    state = core.state
    if "t29" in state.timers:
        return
    _start(core, "t29")
    _start(core, "t30")
    if state.congestion_step < CONGESTION_STEPS:
        state.congestion_step += 1
        core.out.append(StatusInd("congestion", state.congestion_step))


def timer(core: Core, name: str) -> None:
    """T4, T29 or T30; one that does not run changes nothing."""
    state = core.state
    if name not in state.timers:
        return
    core.note("MTP", state.available, name)
    state.timers.remove(name)
    if name == "t4":
        _test(core)
    elif name == "t30":
        state.congestion_step -= 1
        core.out.append(StatusInd("congestion", state.congestion_step))
        if state.congestion_step:
            _start(core, "t30")
