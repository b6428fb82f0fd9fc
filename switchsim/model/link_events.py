"""Journal events of signalling links: D channels, No.7 links, and what the message transfer part does with them."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from switchsim.model.event import Event, words

TAMPERINGS: Final = ("drop", "duplicate", "swap", "delay", "set", "corrupt", "bad_fcs", "abort", "length")
CheckOctets = Literal["good", "bad", "abort", "given"]

# -- links -------------------------------------------------------------------------------------------------------


class FrameSent(Event, frozen=True):
    """An LAPD frame was given to the line: address to information field, hexadecimal, no FCS."""

    link: str  # line:timeslot
    octets: str


class FrameReceived(Event, frozen=True):
    """The last bit of an LAPD frame arrived."""

    link: str
    octets: str


class FrameBad(Event, frozen=True):
    link: str
    reason: Annotated[str, words("fcs", "abort", "short", "long", "align")]
    octets_count: int


class SeatKeyLost(Event, frozen=True):
    """A key of a seat set on a D channel did not reach the switch, or nobody can say whether it did; why: no_link
    (pressed while its data link was down), link_lost (not acknowledged when the link went), too_long (the argument).
    """

    seat: str
    key: str
    argument: str
    why: Annotated[str, words("no_link", "link_lost", "too_long")]


class LinkUp(Event, frozen=True):
    link: str


class LinkDown(Event, frozen=True):
    link: str


class Violated(Event, frozen=True):
    """A peer broke a protocol; the run goes on."""

    link: str
    clause: str
    detail: str


class UnitSent(Event, frozen=True):
    """A signal unit left that differs from the one before it: from the BSN on, hexadecimal, no check bits."""

    link: str
    octets: str


class UnitReceived(Event, frozen=True):
    """A correct signal unit came that differs from the one before it."""

    link: str
    octets: str


class UnitTampered(Event, frozen=True):
    """A fault had its way with a signal unit."""

    link: str
    fault: str
    action: Annotated[str, words(*TAMPERINGS)]
    octets: str  # as it came to the fault


class UnitCrafted(Event, frozen=True):
    """An end of a link sends a unit that somebody made, or a fault does; octets: from the BSN on, past level 2.

    check `level2`: from the SIO on, through level 2; else what its check octets are.
    """

    link: str
    octets: str
    check: Annotated[str, words("level2", *get_args(CheckOctets))]


class OctetCounting(Event, frozen=True):
    """The receiver of a link entered (1) or left (0) octet counting (Q.703 4.1.4)."""

    link: str
    on: int


class SignallingLink(Event, frozen=True):
    """Level 3's view of a signalling link (Q.704 3.2), or what became of a request to inhibit or uninhibit it (10).

    state: available, testing, failed, blocked (processor outage), inhibited, deactivated; of a request: inhibited,
    uninhibited, denied (traffic would be lost), denied_remotely (by the far end), not_inhibited (there was nothing to
    undo), no_answer.
    """

    link: str
    state: Annotated[
        str,
        words(
            "available", "testing", "failed", "blocked", "inhibited", "deactivated",
            "uninhibited", "denied", "denied_remotely", "not_inhibited", "no_answer",
        ),
    ]  # fmt: skip


class LinkMeasured(Event, frozen=True):
    """What a board counted of a signalling link since cycle `since`: a bin, or what there is of one (Q.752)."""

    link: str
    since: int
    in_service: int  # cycles; item 1.1
    failures: int  # of the link in service; 1.2
    failures_abnormal: int  # FIB or BSN; 1.3
    failures_delay: int  # of acknowledgement, T7; 1.4
    failures_errors: int  # SUERM; 1.5
    failures_congestion: int  # T6; 1.6
    failures_alignment: int  # initial alignment or proving; 1.7
    units_bad: int  # 1.8
    nacks_in: int  # 1.9
    restored: int  # times in service again; 1.12
    remote_outage: int  # cycles; 2.9
    local_outage: int  # cycles
    remote_busy: int  # cycles from the first SIB to the next acknowledgement
    local_busy: int  # cycles; 2.15
    sib_in: int  # units that said busy
    sib_out: int
    octets_out: int  # SIO to the end of the SIF, sent for the first time; 3.1
    octets_repeated: int  # whole units with their opening flag; 3.2
    msus_out: int  # 3.3
    octets_in: int  # 3.4
    msus_in: int  # 3.5
    congestions: int  # 3.6
    congested: int  # cycles; 3.7
    dropped: int  # messages, by congestion; 3.10
    countings: int  # times in octet counting
    octets_counted: int  # in octet counting, in steps of 16


class MessageSent(Event, frozen=True):
    """A user part gave a message to the MTP (MTP-TRANSFER request); octets: what follows the routing label.

    spare: the nibble beside the SLS in labels of 24-bit codes, where TUP has bits 4 to 7 of the CIC.
    """

    service: int
    dpc: int
    sls: int
    spare: int
    octets: str


class MessageDelivered(Event, frozen=True):
    """The MTP gave a user part a message (MTP-TRANSFER indication)."""

    service: int
    opc: int
    sls: int
    spare: int
    octets: str


class TrunkGroup(Event, frozen=True):
    """Circuits of a line that a user part controls: `cic` is that of timeslot 0. Told once, before any call.

    label_bits: 14 or 24, of a point code.
    """

    line: str
    service: int
    point_code: int
    cic: int
    label_bits: int


class Changeover(Event, frozen=True):
    """Traffic left a signalling link for others (Q.704 5); retrieved: messages sent again there."""

    link: str
    to_links: str
    retrieved: int


class Changeback(Event, frozen=True):
    """Traffic returned to a signalling link (Q.704 6)."""

    link: str


class Destination(Event, frozen=True):
    """Users of the MTP are told about a destination, or at the end of a restart about their own point.

    state: pause, resume, congestion (level 0 to 3; 0 also in a network without levels), user_unknown, user_unequipped,
    user_inaccessible (its user part does not take messages; Q.704 11.2.7), restarted (the own point).
    """

    point_code: int
    state: Annotated[
        str,
        words("pause", "resume", "congestion", "user_unknown", "user_unequipped", "user_inaccessible", "restarted"),
    ]
    level: int


class ContinuityCheck(Event, frozen=True):
    """Continuity check of a circuit (Q.764 2.1.8): send, loop, heard (the tone came back), off (tone or loop ends)."""

    line: str
    timeslot: int
    what: Annotated[str, words("send", "loop", "heard", "off")]


class CircuitBlocked(Event, frozen=True):
    """A circuit can not be used for new calls, or can again."""

    line: str
    timeslot: int
    by: Annotated[str, words("local", "remote")]
    sort: Annotated[str, words("maintenance", "hardware")]
    on: int
