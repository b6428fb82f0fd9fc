"""What a signalling point asks for and reports: plain values, carried out by whoever owns its links and timers."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Level2(msgspec.Struct, frozen=True, gc=False, tag="mtp3_level2"):
    """An order for a link's level 2.

    `order`: start, stop, emergency, emergency_ceases, retrieve_bsnt, retrieve, flush, continue. `value` of `retrieve`
    is the last FSN that the far end accepted (0..127); -1 means: only what was never transmitted.
    """

    link: int
    order: str
    value: int = -1


class SendMsu(msgspec.Struct, frozen=True, gc=False, tag="mtp3_send"):
    """Transmit one message on a link: service information octet and signalling information field."""

    link: int
    octets: bytes


class StartTimer(msgspec.Struct, frozen=True, gc=False, tag="mtp3_start_timer"):
    """Start or restart the timer `name`, which expires in `cycles`."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False, tag="mtp3_stop_timer"):
    """Stop a running timer."""

    name: str


class Deliver(msgspec.Struct, frozen=True, gc=False, tag="mtp3_deliver"):
    """MTP-TRANSFER indication: a message for a user part of this point; `data` is what follows the label."""

    si: int
    opc: int
    dpc: int
    sls: int
    data: bytes
    spare: int
    priority: int


class Pause(msgspec.Struct, frozen=True, gc=False, tag="mtp3_pause"):
    """MTP-PAUSE indication: the destination can not be reached any more."""

    dpc: int


class Resume(msgspec.Struct, frozen=True, gc=False, tag="mtp3_resume"):
    """MTP-RESUME indication: the destination can be reached."""

    dpc: int


class Status(msgspec.Struct, frozen=True, gc=False, tag="mtp3_status"):
    """MTP-STATUS indication.

    `cause`: congestion (`level` 0..3, 0 in a network without levels), user_unknown, user_unequipped, user_inaccessible
    (`si` is then the service indicator of the user part; -1 otherwise).
    """

    dpc: int
    cause: str
    level: int
    si: int = -1


class LinkState(msgspec.Struct, frozen=True, gc=False, tag="mtp3_link_state"):
    """Management indication: a link is now available, failed, inhibited, blocked, deactivated or testing."""

    link: int
    state: str


class ChangeoverDone(msgspec.Struct, frozen=True, gc=False, tag="mtp3_changeover_done"):
    """Traffic of `link` goes on over `to_links`; `retrieved_count` messages were taken out of its buffers."""

    link: int
    to_links: tuple[int, ...]
    retrieved_count: int


class ChangebackDone(msgspec.Struct, frozen=True, gc=False, tag="mtp3_changeback_done"):
    """The traffic that belongs on `link` is back on it, from one of its alternatives."""

    link: int


class RestartDone(msgspec.Struct, frozen=True, gc=False, tag="mtp3_restart_done"):
    """This point's own MTP restart has ended: users may send."""


class InhibitResult(msgspec.Struct, frozen=True, gc=False, tag="mtp3_inhibit_result"):
    """What became of a request to inhibit or uninhibit a link.

    `result`: inhibited, uninhibited, denied (traffic would be lost), denied_remotely, no_answer, not_inhibited.
    """

    link: int
    result: str


class Violation(msgspec.Struct, frozen=True, gc=False, tag="mtp3_violation"):
    """The peer broke a rule or a limit was reached; `clause` is of Q.704, or of Q.707 with that name before it."""

    clause: str
    detail: str


Action: TypeAlias = (
    Level2 | SendMsu | StartTimer | StopTimer | Deliver | Pause | Resume | Status | LinkState | ChangeoverDone
    | ChangebackDone | RestartDone | InhibitResult | Violation
)  # fmt: skip
