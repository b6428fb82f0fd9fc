"""What level 2 asks of its signalling terminal and tells level 3: plain values, carried out by the owner of a link."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Fill(msgspec.Struct, frozen=True, gc=False, tag="mtp2_fill"):
    """Repeat this FISU or LSSU (3..5 octets, octet 0 is stamped) whenever nothing is queued; b"" = flags alone."""

    octets: bytes


class Send(msgspec.Struct, frozen=True, gc=False, tag="mtp2_send"):
    """Queue one unit (4..276 octets without flags and check bits, octet 0 is stamped); `first`: before all queued."""

    octets: bytes
    first: bool = False


class Ack(msgspec.Struct, frozen=True, gc=False, tag="mtp2_ack"):
    """BIB << 7 | BSN of every unit whose transmission begins from now on (0..255)."""

    octet: int


class Notify(msgspec.Struct, frozen=True, gc=False, tag="mtp2_notify"):
    """Call `low()` once when at most `level` queued units have not begun."""

    level: int


class Flush(msgspec.Struct, frozen=True, gc=False, tag="mtp2_flush"):
    """Forget the queued units that have not begun; the link holds every MSU among them for retransmission."""


class Monitor(msgspec.Struct, frozen=True, gc=False, tag="mtp2_monitor"):
    """Start an error monitor from 0: mode 0 none, 1 AERM with Ti = `threshold` (1 or 4), 2 SUERM (its T stands in the
    terminal)."""

    mode: int
    threshold: int = 0


class CheckRepeats(msgspec.Struct, frozen=True, gc=False, tag="mtp2_check_repeats"):
    """Ask the terminal how often the last unit was repeated and tell `repeated(n)`, at once or after these actions."""


class StartTimer(msgspec.Struct, frozen=True, gc=False, tag="mtp2_start_timer"):
    """Start or restart a timer ("T1".."T7", "repeats") that expires in `cycles`."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False, tag="mtp2_stop_timer"):
    """Stop a running timer."""

    name: str


class InService(msgspec.Struct, frozen=True, gc=False, tag="mtp2_in_service"):
    """The link carries messages from now on."""


class OutOfService(msgspec.Struct, frozen=True, gc=False, tag="mtp2_out_of_service"):
    """The link failed or could not be aligned; `reason` is one of the texts in `reasons`. Never after `stop()`."""

    reason: str


class RemoteProcessorOutage(msgspec.Struct, frozen=True, gc=False, tag="mtp2_remote_outage"):
    """The peer sends SIPO: its level 3 cannot be reached."""


class RemoteProcessorRecovered(msgspec.Struct, frozen=True, gc=False, tag="mtp2_remote_recovered"):
    """The peer sends FISUs or MSUs again: answer with `flush_buffers()` or `continue_()`."""


class Received(msgspec.Struct, frozen=True, gc=False, tag="mtp2_received"):
    """A message came, once and in order: SIO + SIF, 3..273 octets."""

    octets: bytes


class Bsnt(msgspec.Struct, frozen=True, gc=False, tag="mtp2_bsnt"):
    """FSN of the last message that was accepted (0..127; 127 when there was none since the start)."""

    fsn: int


class Retrieved(msgspec.Struct, frozen=True, gc=False, tag="mtp2_retrieved"):
    """One message that the peer has not accepted, in the order of sending: SIO + SIF."""

    octets: bytes


class RetrievalComplete(msgspec.Struct, frozen=True, gc=False, tag="mtp2_retrieval_complete"):
    """All retrieved messages were told; not `reasonable`: the FSNC was none of ours, nothing was retrieved."""

    reasonable: bool = True


class CongestionOnset(msgspec.Struct, frozen=True, gc=False, tag="mtp2_congestion_onset"):
    """The transmission buffers hold `congestion_onset` messages or more (Q.704 clause 3.8)."""


class CongestionAbated(msgspec.Struct, frozen=True, gc=False, tag="mtp2_congestion_abated"):
    """The transmission buffers hold fewer than `congestion_abate` messages again."""


class RtbCleared(msgspec.Struct, frozen=True, gc=False, tag="mtp2_rtb_cleared"):
    """`flush_buffers()` was carried out: nothing sent before will arrive any more."""


class Violation(msgspec.Struct, frozen=True, gc=False, tag="mtp2_violation"):
    """The peer broke a rule; `clause` is of Q.703."""

    clause: str
    detail: str


Action: TypeAlias = (
    Fill | Send | Ack | Notify | Flush | Monitor | CheckRepeats | StartTimer | StopTimer | InService | OutOfService
    | RemoteProcessorOutage | RemoteProcessorRecovered | Received | Bsnt | Retrieved | RetrievalComplete
    | CongestionOnset | CongestionAbated | RtbCleared | Violation
)  # fmt: skip
