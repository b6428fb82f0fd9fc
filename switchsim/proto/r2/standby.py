"""Answered calls across a change of processor: exported from one state, adopted by a fresh one."""

from __future__ import annotations

import msgspec

from switchsim.proto.r2.state import ANSWERED, BLOCKED, IDLE, SEIZED, TALKING, Line, R2Config, R2State


class Standing(msgspec.Struct, frozen=True):
    """What outlives a processor: an answered call, or a circuit without one and its blocking."""

    line: int
    received: int
    called: str
    calling: str
    category: int
    local: bool
    remote: bool


_SENT = {
    Line.OUT_ANSWERED: SEIZED, Line.OUT_CLEARED_BACK: SEIZED, Line.IN_ANSWERED: ANSWERED, Line.IN_CLEARED_BACK: BLOCKED,
    Line.BLOCKED: BLOCKED,
}  # fmt: skip


def export_call(state: R2State) -> bytes:
    """An answered call with its phase, or b"" where there is none: such a circuit is reset by the new processor."""
    if state.line not in TALKING or not state.call:
        return b""
    return msgspec.msgpack.encode(Standing(
        state.line, state.received, state.called, state.calling, state.category, state.local, state.remote,
    ))  # fmt: skip


def adopt_call(config: R2Config, exported: bytes) -> R2State:
    """The state of a circuit in the exported call; a circuit in `RESETTING` where nothing (of use) was exported.

    No timer comes along; `Circuit.adopted` starts those of the call's phase. The bits that the phase sends are on the
    line already, as the trunk board holds them.
    """
    try:
        standing = msgspec.msgpack.decode(exported, type=Standing) if exported else None
    except msgspec.DecodeError:
        standing = None
    if standing is None or standing.line not in TALKING or not 0 <= standing.received < 4:
        return R2State(line=Line.RESETTING, sent=IDLE)
    line = Line(standing.line)
    return R2State(
        line=line, sent=_SENT[line], received=standing.received, call=True, called=standing.called,
        calling=standing.calling, category=standing.category, local=standing.local, remote=standing.remote,
    )  # fmt: skip
