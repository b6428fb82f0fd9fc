"""What ISUP asks for and reports: plain values. A circuit identification code names a call as long as it lasts.

A call that was indicated or set up ends with exactly one `ReleasedInd` or `SetupFailed`; `IdleInd` says when its
circuit can carry another.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

Parameters: TypeAlias = tuple[tuple[int, bytes], ...]
"""Raw contents by parameter code, as received."""


class Action(msgspec.Struct, frozen=True, gc=False):
    """Base of all actions."""


class SendMsu(Action, frozen=True, gc=False, tag="isup_send"):
    """MTP-TRANSFER request: `data` is what follows the routing label."""

    sls: int
    data: bytes


class StartTimer(Action, frozen=True, gc=False, tag="isup_start_timer"):
    """Start or restart a timer: "t7/17" for CIC 17, "t18/1" a group whose first CIC is 1, "t4" of the relation."""

    name: str
    cycles: int


class StopTimer(Action, frozen=True, gc=False, tag="isup_stop_timer"):
    """Stop a running timer."""

    name: str


class SetupInd(Action, frozen=True, gc=False, tag="isup_setup_ind"):
    """The peer offers a call (2.1.1.3). Where a continuity check was asked for, it has succeeded by now."""

    cic: int
    called: str  # digits without ST; A, B, C, D and E may occur
    nature: int  # of address: 1 subscriber, 2 unknown, 3 national, 4 international
    calling: str
    calling_nature: int
    presentation: int  # of the calling number: 0 allowed, 1 restricted, 2 not available
    category: int  # calling party's category: 10 ordinary, 13 test call
    medium: int  # transmission medium requirement: 0 speech, 2 64 kbit/s unrestricted, 3 3.1 kHz audio
    complete: bool  # no more digits come: ST or the whole number
    checked: bool = False  # a continuity check was made
    parameters: Parameters = ()


class DigitsInd(Action, frozen=True, gc=False, tag="isup_digits_ind"):
    """A subsequent address message: further digits (2.1.2)."""

    cic: int
    digits: str
    complete: bool


class EarlyAcmInd(Action, frozen=True, gc=False, tag="isup_early_acm_ind"):
    """T10 or T11 ran out: an ACM without indications has been sent (2.1.4)."""

    cic: int


class AddressCompleteInd(Action, frozen=True, gc=False, tag="isup_acm_ind"):
    """ACM received. `status` 0 no indication, 1 subscriber free, 2 connect when free; `charge` 0 none, 1 no, 2 yes."""

    cic: int
    status: int
    charge: int
    in_band: bool
    parameters: Parameters = ()


class ProgressInd(Action, frozen=True, gc=False, tag="isup_progress_ind"):
    """CPG received. `event` 1 alerting, 2 progress, 3 in-band information, 4, 5, 6 forwarded."""

    cic: int
    event: int
    in_band: bool
    parameters: Parameters = ()


class AnswerInd(Action, frozen=True, gc=False, tag="isup_answer_ind"):
    """ANM received."""

    cic: int
    parameters: Parameters = ()


class ConnectedInd(Action, frozen=True, gc=False, tag="isup_connected_ind"):
    """CON received: address complete and answer in one."""

    cic: int
    parameters: Parameters = ()


class SuspendInd(Action, frozen=True, gc=False, tag="isup_suspend_ind"):
    """SUS received; `network` False: by the ISDN subscriber."""

    cic: int
    network: bool


class ResumeInd(Action, frozen=True, gc=False, tag="isup_resume_ind"):
    """RES received."""

    cic: int
    network: bool


class ForwardTransferInd(Action, frozen=True, gc=False, tag="isup_forward_transfer_ind"):
    """FOT received: the outgoing operator asks for the help of one here (2.1.13)."""

    cic: int


class InformationInd(Action, frozen=True, gc=False, tag="isup_information_ind"):
    """INF received: the calling party's number and category, -1 and "" where the peer has none."""

    cic: int
    calling: str
    category: int


class InformationRequestInd(Action, frozen=True, gc=False, tag="isup_information_request_ind"):
    """INR received; it was answered with INF at once from what the set-up request held."""

    cic: int


class MessageInd(Action, frozen=True, gc=False, tag="isup_message_ind"):
    """A message that the configuration has passed up."""

    cic: int
    message_type: int
    parameters: Parameters


class ReleasedInd(Action, frozen=True, gc=False, tag="isup_released_ind"):
    """The call is over. `by_peer` False: by our request, a timer or an error. The circuit may not be idle yet."""

    cic: int
    cause: int
    by_peer: bool


class SetupFailed(Action, frozen=True, gc=False, tag="isup_setup_failed"):
    """A call of ours came to nothing before the peer's first answer, and was no call yet.

    `reason`: dual_seizure, blocking, reset, continuity, unreasonable, unequipped, overload; `cic` 0 with no_circuit,
    not_idle, unavailable, congestion, too_long. `try_again`: make a repeat attempt on another circuit (2.8.1).
    """

    cic: int
    reason: str
    try_again: bool


class IdleInd(Action, frozen=True, gc=False, tag="isup_idle_ind"):
    """The circuit is idle again; it may still be blocked."""

    cic: int


class BlockedInd(Action, frozen=True, gc=False, tag="isup_blocked_ind"):
    """Blocking changed: `by` "local" (acknowledged by the peer) or "peer"; `kind` "maintenance" or "hardware"."""

    cic: int
    by: str
    kind: str
    on: bool


class CheckTone(Action, frozen=True, gc=False, tag="isup_check_tone"):
    """Continuity check on the speech path: "send" the tone and listen, "loop" it back, "off" neither."""

    cic: int
    mode: str


class QueryInd(Action, frozen=True, gc=False, tag="isup_query_ind"):
    """CQR received: octets of circuit states from `cic` on (Q.763 3.14)."""

    cic: int
    states: bytes


class StatusInd(Action, frozen=True, gc=False, tag="isup_status_ind"):
    """The relation as a whole: what "available" 0/1, "user_part" 0/1, "congestion" steps 0..4, "acl" level 1, 2 of the
    peer's automatic congestion control (2.11)."""

    what: str
    value: int


class ResetDone(Action, frozen=True, gc=False, tag="isup_reset_done"):
    """The peer acknowledged our reset of these circuits."""

    cics: tuple[int, ...]


class Refused(Action, frozen=True, gc=False, tag="isup_refused"):
    """A request that the circuit's state does not allow; nothing was changed. `state` is a `Cpc`, -1 unequipped."""

    cic: int
    request: str
    state: int


class MaintenanceAlarm(Action, frozen=True, gc=False, tag="isup_alarm"):
    """Tell the maintenance system; `clause` of Q.764."""

    clause: str
    cic: int
    detail: str


class Violation(Action, frozen=True, gc=False, tag="isup_violation"):
    """The peer broke a rule; `clause` of Q.764 (Q.763 where it says so)."""

    clause: str
    detail: str
    cic: int = -1
