"""What call control asks for and reports: plain values. `key` names a call as long as it lives at this interface."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from switchsim.proto.q931.elements import Bearer, Number


class SendL3(msgspec.Struct, frozen=True, gc=False, tag="q931_send"):
    """Hand one message to the data link (DL-DATA request)."""

    octets: bytes


class EstablishLink(msgspec.Struct, frozen=True, gc=False, tag="q931_establish_link"):
    """Ask the data link to come up again (DL-ESTABLISH request, clause 5.8.9)."""


class StartTimer(msgspec.Struct, frozen=True, gc=False, tag="q931_start_timer"):
    """Start or restart a timer; its name is "T303/17" for call 17, "T316" for the interface."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False, tag="q931_stop_timer"):
    """Stop a running timer."""

    name: str


class SetupInd(msgspec.Struct, frozen=True, gc=False, tag="q931_setup_ind"):
    """The peer offers a call on a channel that is now taken for it."""

    key: int
    called: Number
    calling: Number | None
    channel: int  # timeslot 1..15, 17..31
    bearer: Bearer
    sending_complete: bool


class SetupRefused(msgspec.Struct, frozen=True, gc=False, tag="q931_setup_refused"):
    """A call could not be set up at all: 34 no channel, 44 that channel is not free, 27 no data link."""

    cause: int


class SetupAckInd(msgspec.Struct, frozen=True, gc=False, tag="q931_setup_ack_ind"):
    """The peer wants more digits (overlap sending)."""

    key: int
    channel: int
    inband: bool = False


class InfoInd(msgspec.Struct, frozen=True, gc=False, tag="q931_info_ind"):
    """More digits of the called number came (overlap receiving)."""

    key: int
    digits: str
    sending_complete: bool


class DigitsTimeout(msgspec.Struct, frozen=True, gc=False, tag="q931_digits_timeout"):
    """T302 expired: no more digits come. Answer with `proceeding`, or clear with cause 28 if they are too few."""

    key: int


class ProceedingInd(msgspec.Struct, frozen=True, gc=False, tag="q931_proceeding_ind"):
    """The peer has the whole number and is setting the call up."""

    key: int
    channel: int
    inband: bool = False


class AlertingInd(msgspec.Struct, frozen=True, gc=False, tag="q931_alerting_ind"):
    """The called party is being alerted; `inband`: listen to the channel for ring-back."""

    key: int
    channel: int
    inband: bool = False


class ProgressInd(msgspec.Struct, frozen=True, gc=False, tag="q931_progress_ind"):
    """Something on the way was reported; `description` of the progress indicator, 8 in-band information."""

    key: int
    description: int
    cause: int = 0


class NotifyInd(msgspec.Struct, frozen=True, gc=False, tag="q931_notify_ind"):
    """A notification (4.5.22): 0 user suspended, 1 user resumed, 2 bearer service change."""

    key: int
    description: int


class ConnectInd(msgspec.Struct, frozen=True, gc=False, tag="q931_connect_ind"):
    """The called party answered a call of ours; the call is active."""

    key: int
    channel: int
    connected: Number | None = None


class ConnectedInd(msgspec.Struct, frozen=True, gc=False, tag="q931_connected_ind"):
    """Our CONNECT took effect: the call that the peer offered is active."""

    key: int


class DisconnectInd(msgspec.Struct, frozen=True, gc=False, tag="q931_disconnect_ind"):
    """The call is being cleared; `ReleasedInd` follows.

    `by_peer` False: by this machine itself (a timer, a mismatch). `inband`: the network plays a tone, so call
    `release` when it has been heard; otherwise RELEASE has been sent already.
    """

    key: int
    cause: int
    inband: bool = False
    by_peer: bool = True


class ReleasedInd(msgspec.Struct, frozen=True, gc=False, tag="q931_released_ind"):
    """The end of a call, reported exactly once whatever the path: key, call reference and channel are free."""

    key: int
    cause: int
    channel: int  # 0 when it had none


class StatusInd(msgspec.Struct, frozen=True, gc=False, tag="q931_status_ind"):
    """The peer reported its state of a call, and it fits ours."""

    key: int
    call_state: int
    cause: int


class RestartInd(msgspec.Struct, frozen=True, gc=False, tag="q931_restart_ind"):
    """The peer restarted these channels: they are idle, calls on them have had their `ReleasedInd`."""

    channels: tuple[int, ...]


class RestartDone(msgspec.Struct, frozen=True, gc=False, tag="q931_restart_done"):
    """The peer acknowledged our restart: these channels are idle."""

    channels: tuple[int, ...]


class RestartFailed(msgspec.Struct, frozen=True, gc=False, tag="q931_restart_failed"):
    """N316 restarts were not acknowledged: these channels stay out of use until restarted from either side."""

    channels: tuple[int, ...]


class Refused(msgspec.Struct, frozen=True, gc=False, tag="q931_refused"):
    """A request that the call's state does not allow (0: no such call any more); nothing was changed."""

    key: int
    request: str
    call_state: int


class Violation(msgspec.Struct, frozen=True, gc=False, tag="q931_violation"):
    """The peer broke a rule; `clause` is of Q.931, `key` 0 when no call is concerned."""

    clause: str
    detail: str
    key: int = 0


Action: TypeAlias = (
    SendL3 | EstablishLink | StartTimer | StopTimer | SetupInd | SetupRefused | SetupAckInd | InfoInd | DigitsTimeout
    | ProceedingInd | AlertingInd | ProgressInd | NotifyInd | ConnectInd | ConnectedInd | DisconnectInd | ReleasedInd
    | StatusInd | RestartInd | RestartDone | RestartFailed | Refused | Violation
)  # fmt: skip

