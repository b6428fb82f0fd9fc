"""What the telephone user part asks for and reports: plain values, named as those of ISUP that mean the same.

A call that was indicated or set up ends with exactly one `ReleasedInd` or `SetupFailed`; `IdleInd` says when its
circuit can carry another.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class SendMsu(msgspec.Struct, frozen=True, gc=False, tag="tup_send"):
    """MTP-TRANSFER request: `data` follows the routing label, `spare` stands beside the SLS (24-bit label)."""

    sls: int
    data: bytes
    spare: int = 0


class StartTimer(msgspec.Struct, frozen=True, gc=False, tag="tup_start_timer"):
    """Start or restart a timer: "t6/17" for CIC 17, "tg/MGB/1" of a group message whose first CIC is 1."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False, tag="tup_stop_timer"):
    """Stop a running timer."""

    name: str


class SetupInd(msgspec.Struct, frozen=True, gc=False, tag="tup_setup_ind"):
    """The peer offers a call. Where a continuity check was asked for, it has succeeded by now."""

    cic: int
    called: str  # digits without ST; B (code 11) and C (code 12) may occur
    nature: int  # of address: 1 subscriber, 3 national, 4 international
    calling: str  # "" unless an IAI brought it: `request_information` asks for it
    calling_nature: int
    presentation: int  # of the calling number: 0 allowed, 1 restricted
    category: int  # calling party's category (Q.723 3.3.1 c): 10 ordinary, 13 test call, 16..24 of China
    medium: int  # as ISUP names it: 3 3.1 kHz audio, 2 64 kbit/s where a digital path is required
    complete: bool  # no more digits come: ST was received
    checked: bool = False  # a continuity check was made
    original: str = ""  # the number called first, of a forwarded call


class DigitsInd(msgspec.Struct, frozen=True, gc=False, tag="tup_digits_ind"):
    """SAM or SAO: further digits."""

    cic: int
    digits: str
    complete: bool


class AddressCompleteInd(msgspec.Struct, frozen=True, gc=False, tag="tup_acm_ind"):
    """ACM received. `status` 0 no indication, 1 subscriber free; `charge` 0 none, 1 free, 2 charge, 3 coinbox."""

    cic: int
    status: int
    charge: int
    forwarded: bool = False


class ProgressInd(msgspec.Struct, frozen=True, gc=False, tag="tup_progress_ind"):
    """An operator's call met a subscriber in a toll call (STB): release it, or break in with `operator`."""

    cic: int
    event: str


class AnswerInd(msgspec.Struct, frozen=True, gc=False, tag="tup_answer_ind"):
    """ANC, ANN or ANU received. `charge` 0 unqualified, 1 free, 2 charge."""

    cic: int
    charge: int


class SuspendInd(msgspec.Struct, frozen=True, gc=False, tag="tup_suspend_ind"):
    """Clear-back: the called party has hung up; the calling side clears after a time unless there is a re-answer."""

    cic: int
    network: bool = True


class ResumeInd(msgspec.Struct, frozen=True, gc=False, tag="tup_resume_ind"):
    """Re-answer."""

    cic: int
    network: bool = True


class ChargeInd(msgspec.Struct, frozen=True, gc=False, tag="tup_charge_ind"):
    """MPM (`pulses` a unit of charging time, 0..65535) or CHG (`octets`, of a national form; pulses -1)."""

    cic: int
    pulses: int
    octets: bytes = b""


class InformationInd(msgspec.Struct, frozen=True, gc=False, tag="tup_information_ind"):
    """GSM received after `request_information`, or "" and -1 for what the peer did not give or never answered."""

    cic: int
    calling: str
    category: int
    original: str = ""
    hold: bool = False
    malicious: bool = False


class InformationRequestInd(msgspec.Struct, frozen=True, gc=False, tag="tup_information_request_ind"):
    """GRQ received; it was answered with GSM at once from what the set-up request held."""

    cic: int
    malicious: bool
    hold: bool


class SignalInd(msgspec.Struct, frozen=True, gc=False, tag="tup_signal_ind"):
    """A signal that changes no state: "forward_transfer", "calling_party_clear", "operator", "malicious"."""

    cic: int
    signal: str


class ReleasedInd(msgspec.Struct, frozen=True, gc=False, tag="tup_released_ind"):
    """The call is over, the circuit may not be idle yet. `by_peer` False: by our request, a timer or an error."""

    cic: int
    cause: int  # Q.850, translated from the signal received
    by_peer: bool


class SetupFailed(msgspec.Struct, frozen=True, gc=False, tag="tup_setup_failed"):
    """A call of ours came to nothing before the peer's first answer.

    `reason`: dual_seizure, blocking, reset, continuity, unreasonable; `cic` 0 with no_circuit, not_idle, unavailable.
    `try_again`: make a repeat attempt on another circuit.
    """

    cic: int
    reason: str
    try_again: bool


class IdleInd(msgspec.Struct, frozen=True, gc=False, tag="tup_idle_ind"):
    """The circuit is idle again; it may still be blocked."""

    cic: int


class BlockedInd(msgspec.Struct, frozen=True, gc=False, tag="tup_blocked_ind"):
    """Blocking changed: `by` "local" (acknowledged by the peer) or "peer"; `kind` maintenance, hardware, software."""

    cic: int
    by: str
    kind: str
    on: bool


class CheckTone(msgspec.Struct, frozen=True, gc=False, tag="tup_check_tone"):
    """Continuity check on the speech path: "send" the tone and listen, "loop" it back, "off" neither."""

    cic: int
    mode: str


class StatusInd(msgspec.Struct, frozen=True, gc=False, tag="tup_status_ind"):
    """The relation as a whole: "available" 0/1, "user_part" 0/1, "congestion" level, "acl" level of the peer (ACC)."""

    what: str
    value: int


class ResetDone(msgspec.Struct, frozen=True, gc=False, tag="tup_reset_done"):
    """The peer acknowledged our reset of these circuits."""

    cics: tuple[int, ...]


class Refused(msgspec.Struct, frozen=True, gc=False, tag="tup_refused"):
    """A request that the circuit's state (a `Circuits`, -1 unequipped) does not allow; nothing was changed."""

    cic: int
    request: str
    state: int


class MaintenanceAlarm(msgspec.Struct, frozen=True, gc=False, tag="tup_alarm"):
    """Tell the maintenance system; `clause` of Q.724."""

    clause: str
    cic: int
    detail: str


class Violation(msgspec.Struct, frozen=True, gc=False, tag="tup_violation"):
    """The peer broke a rule; `clause` of Q.724 (Q.723 for what can not be read)."""

    clause: str
    detail: str
    cic: int = -1


Action: TypeAlias = (
    SendMsu | StartTimer | StopTimer | SetupInd | DigitsInd | AddressCompleteInd | ProgressInd | AnswerInd
    | SuspendInd | ResumeInd | ChargeInd | InformationInd | InformationRequestInd | SignalInd | ReleasedInd
    | SetupFailed | IdleInd | BlockedInd | CheckTone | StatusInd | ResetDone | Refused | MaintenanceAlarm | Violation
)  # fmt: skip
