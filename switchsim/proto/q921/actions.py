"""What a data link asks for and reports: plain values, carried out by whoever owns the line."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class SendFrame(msgspec.Struct, frozen=True, gc=False, tag="lapd_send"):
    """Transmit one frame: address, control, information; no flags, no FCS."""

    octets: bytes


class StartTimer(msgspec.Struct, frozen=True, gc=False, tag="lapd_start_timer"):
    """Start or restart a timer ("T200" or "T203") that expires in `cycles`."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False, tag="lapd_stop_timer"):
    """Stop a running timer."""

    name: str


class Established(msgspec.Struct, frozen=True, gc=False, tag="lapd_established"):
    """Multiple frame operation begins or began anew (DL-ESTABLISH confirm or indication).

    `requested` says that layer 3 had asked. `lost_count` messages were thrown away on the way. It is reported at every
    re-establishment, also when nothing of ours was under way: a peer that restarted has forgotten its calls.
    """

    requested: bool
    lost_count: int = 0


class Released(msgspec.Struct, frozen=True, gc=False, tag="lapd_released"):
    """Multiple frame operation ended (DL-RELEASE confirm or indication); `reason` is for people."""

    requested: bool
    reason: str
    lost_count: int = 0


class Data(msgspec.Struct, frozen=True, gc=False, tag="lapd_data"):
    """A layer 3 message came, once and in order (DL-DATA indication)."""

    octets: bytes


class UnitData(msgspec.Struct, frozen=True, gc=False, tag="lapd_unit_data"):
    """An unacknowledged message came (DL-UNIT DATA indication); call control on a primary rate does not use it."""

    octets: bytes


class Violation(msgspec.Struct, frozen=True, gc=False, tag="lapd_violation"):
    """The peer broke a rule, or a limit was reached (MDL-ERROR indication); `clause` is of Q.921."""

    clause: str
    detail: str


Action: TypeAlias = SendFrame | StartTimer | StopTimer | Established | Released | Data | UnitData | Violation
