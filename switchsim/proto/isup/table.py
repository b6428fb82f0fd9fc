"""The transition table of a circuit: (state, event) -> what is done, or why nothing can happen, with a clause of Q.764.

Events are message types (int), requests (names as the methods of `Isup`) and timers ("t7"). `CIRCUIT` holds every pair
of call processing; the boxes of blocking and group supervision, which run beside it, are in `BOXES`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from switchsim.proto.isup import blocking, clearing, compat, continuity, incoming, network, outgoing, supervision
from switchsim.proto.isup.actions import Refused
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import Core
from switchsim.proto.isup.messages import MessageType as _M  # noqa: N814
from switchsim.proto.isup.state import BEFORE_BACKWARD, Block, Circuit, Cpc

Event = int | str
Procedure = Callable[..., Any]


class Row(NamedTuple):
    """`procedure` None: the pair cannot come about, `reason` says why. `clause` of Q.764."""

    procedure: Procedure | None
    clause: str
    reason: str = ""


# -- what an unexpected message does (2.9.5.1) -------------------------------------------------------------------------


def discard(core: Core, circuit: Circuit, message: Message) -> None:
    """It changes nothing."""
    name = _M(message.type).name
    core.violation("2.9.5.1", f"{name} in state {circuit.cpc.name} is discarded", circuit.cic)


def ignore(core: Core, circuit: Circuit, message: Message) -> None:
    """It may come here and means nothing any more."""


def reset(core: Core, circuit: Circuit, message: Message) -> None:
    """The two sides disagree: RSC; a call of ours is made elsewhere, one of the peer's is released."""
    name = _M(message.type).name
    core.violation("2.9.5.1", f"{name} in state {circuit.cpc.name}: the circuit is reset", circuit.cic)
    clearing.start_reset(core, circuit, "unreasonable")


def refuse(core: Core, circuit: Circuit, request: str) -> None:
    core.out.append(Refused(circuit.cic, request, circuit.cpc))


# -- the states in groups ----------------------------------------------------------------------------------------------

_OUT = (Cpc.O_CHECK, Cpc.O_WAIT_ACM, Cpc.O_WAIT_ANM, Cpc.O_ANSWERED, Cpc.O_SUSPENDED)
_IN = (Cpc.I_CHECK, Cpc.I_WAIT_ACM, Cpc.I_WAIT_ANM, Cpc.I_ANSWERED, Cpc.I_SUSPENDED)
_TALK = (Cpc.O_ANSWERED, Cpc.O_SUSPENDED, Cpc.I_ANSWERED, Cpc.I_SUSPENDED)
_RESETTING = (Cpc.RESET, Cpc.GROUP_RESET)
_RECHECK = (Cpc.O_FAILED, Cpc.O_RECHECK, Cpc.I_FAILED, Cpc.I_RECHECK)
_CALL = (*_OUT, *_IN)
_RESETS = (Cpc.IDLE, *BEFORE_BACKWARD, Cpc.I_CHECK, Cpc.I_WAIT_ACM)
"""Where an unexpected message of a call makes RSC go out: idle, and before the first backward message."""

CALL_MESSAGES: Final = (
    _M.IAM, _M.SAM, _M.COT, _M.ACM, _M.CON, _M.CPG, _M.ANM, _M.INR, _M.INF, _M.FOT, _M.SUS, _M.RES, _M.SGM, _M.OLM,
    _M.CCR, _M.LPA, _M.FAR,
)  # fmt: skip
CLEARING_MESSAGES: Final = (_M.REL, _M.RLC, _M.RSC)
SUPERVISION_MESSAGES: Final = (_M.BLO, _M.BLA, _M.UBL, _M.UBA, _M.UCIC, _M.CFN)
GROUP_MESSAGES: Final = (_M.GRS, _M.GRA, _M.CGB, _M.CGU, _M.CGBA, _M.CGUA, _M.CQM, _M.CQR)
RELATION_MESSAGES: Final = (_M.UPT, _M.UPA)
REQUESTS: Final = (
    "setup", "more_digits", "address_complete", "progress", "answer", "overload", "suspend_call", "resume_call",
    "release", "forward_transfer", "information", "reset", "heard", "not_heard", "check",
)  # fmt: skip
TIMERS: Final = (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 16, 17, 24, 25, 26, 27, 33, 34, 35, 36)
EVENTS: Final[tuple[Event, ...]] = (
    *CALL_MESSAGES, *CLEARING_MESSAGES, *SUPERVISION_MESSAGES, *GROUP_MESSAGES, *REQUESTS, *(f"t{n}" for n in TIMERS)
)  # fmt: skip

_EVERYWHERE: Final[dict[Event, tuple[Procedure, str]]] = {
    _M.BLO: (blocking.on_blo, "2.8.2.1"),
    _M.BLA: (blocking.on_bla, "2.9.5.1"),
    _M.UBL: (blocking.on_ubl, "2.8.2.1"),
    _M.UBA: (blocking.on_uba, "2.9.5.1"),
    _M.UCIC: (supervision.on_unequipped, "2.12"),
    _M.CFN: (compat.on_confusion, "2.9.5.3"),
    _M.GRS: (supervision.on_reset_group, "2.9.3.2"),
    _M.GRA: (supervision.on_reset_acknowledge, "2.9.3.2"),
    _M.CGB: (blocking.on_group, "2.8.2.2"),
    _M.CGU: (blocking.on_group, "2.8.2.2"),
    _M.CGBA: (blocking.on_group_acknowledge, "2.8.2.2"),
    _M.CGUA: (blocking.on_group_acknowledge, "2.8.2.2"),
    _M.CQM: (supervision.on_query, "2.8.3"),
    _M.CQR: (supervision.on_query_response, "2.8.3"),
}

_ROWS: Final[tuple[tuple[tuple[Cpc, ...], Event, Procedure, str], ...]] = (
    # address
    ((Cpc.IDLE,), _M.IAM, incoming.on_iam, "2.1.1"),
    ((Cpc.O_CHECK, Cpc.O_WAIT_ACM), _M.IAM, outgoing.on_dual_seizure, "2.9.1.4"),
    ((Cpc.I_CHECK, Cpc.I_WAIT_ACM), _M.SAM, incoming.on_sam, "2.1.2"),
    ((Cpc.IDLE,), "setup", outgoing.set_up, "2.1.1"),
    ((Cpc.O_CHECK, Cpc.O_WAIT_ACM), "more_digits", outgoing.request_digits, "2.1.2"),
    # continuity
    ((Cpc.O_CHECK,), "heard", continuity.heard_in_call, "2.1.8"),
    ((Cpc.O_CHECK,), "not_heard", continuity.failed_in_call, "2.1.8"),
    ((Cpc.O_RECHECK,), "heard", continuity.heard_in_recheck, "2.1.8"),
    ((Cpc.O_RECHECK,), "not_heard", continuity.failed_in_recheck, "2.1.8"),
    ((Cpc.I_CHECK,), _M.COT, continuity.on_continuity, "2.1.8"),
    ((Cpc.I_RECHECK,), _M.COT, continuity.on_continuity_of_recheck, "2.1.8"),
    ((Cpc.IDLE, Cpc.I_FAILED, Cpc.I_RECHECK), _M.CCR, continuity.on_check_request, "2.1.8"),
    ((Cpc.O_RECHECK,), _M.LPA, ignore, "2.1.8"),
    ((Cpc.IDLE,), "check", continuity.request_check, "2.1.8"),
    # the peer's answers
    ((Cpc.O_WAIT_ACM,), _M.ACM, outgoing.on_acm, "2.1.4"),
    ((Cpc.O_WAIT_ACM,), _M.CON, outgoing.on_con, "2.1.5"),
    ((Cpc.O_WAIT_ANM, Cpc.O_ANSWERED, Cpc.O_SUSPENDED), _M.CPG, outgoing.on_cpg, "2.1.7"),
    ((Cpc.O_WAIT_ANM,), _M.ANM, outgoing.on_anm, "2.1.7"),
    ((Cpc.O_WAIT_ACM,), _M.INR, outgoing.on_information_request, "2.1.6"),
    ((Cpc.O_WAIT_ACM,), _M.OLM, outgoing.on_overload, "2.9.9"),
    ((Cpc.O_WAIT_ANM, Cpc.O_ANSWERED), "forward_transfer", outgoing.request_forward_transfer, "2.1.13"),
    # our answers
    ((Cpc.I_WAIT_ACM,), "address_complete", incoming.request_address_complete, "2.1.4"),
    ((Cpc.I_WAIT_ANM, Cpc.I_ANSWERED, Cpc.I_SUSPENDED), "progress", incoming.request_progress, "2.1.7"),
    ((Cpc.I_WAIT_ANM,), "answer", incoming.request_answer, "2.1.7"),
    ((Cpc.I_WAIT_ACM,), "answer", incoming.request_connect, "2.1.5"),
    ((Cpc.I_WAIT_ACM,), "overload", incoming.request_overload, "2.9.9"),
    ((Cpc.I_WAIT_ACM,), "information", incoming.request_information, "2.1.6"),
    ((Cpc.I_WAIT_ACM,), _M.INF, incoming.on_information, "2.1.6"),
    ((Cpc.I_WAIT_ANM, Cpc.I_ANSWERED, Cpc.I_SUSPENDED), _M.FOT, incoming.on_forward_transfer, "2.1.13"),
    # talk
    (_TALK, _M.SUS, clearing.on_suspend, "2.4.1"),
    (_TALK, _M.RES, clearing.on_resume, "2.4.1"),
    (_TALK, "suspend_call", clearing.request_suspend, "2.4.1"),
    (_TALK, "resume_call", clearing.request_resume, "2.4.1"),
    (_CALL, _M.FAR, compat.on_facility_request, "2.9.5.3"),
    # release
    (_CALL, "release", clearing.request_release, "2.3"),
    (_CALL, _M.REL, clearing.on_release, "2.3.1"),
    ((*_RECHECK, Cpc.O_OVERLOAD), _M.REL, clearing.on_release_of_check, "2.1.8"),
    ((Cpc.IDLE, Cpc.WAIT_RLC, *_RESETTING), _M.REL, clearing.on_release_again, "2.9.5.1"),
    ((Cpc.WAIT_RLC,), _M.RLC, clearing.on_release_complete, "2.3.1"),
    ((Cpc.RESET,), _M.RLC, clearing.on_reset_complete, "2.9.3.1"),
    ((*_CALL, Cpc.O_OVERLOAD), _M.RLC, clearing.on_early_release_complete, "2.9.5.1"),
    ((Cpc.IDLE, *_CALL, Cpc.O_OVERLOAD, Cpc.WAIT_RLC, *_RECHECK), _M.RSC, clearing.on_reset, "2.9.3.1"),
    (_RESETTING, _M.RSC, clearing.on_crossing_reset, "2.9.3.1"),
    (tuple(state for state in Cpc if state is not Cpc.GROUP_RESET), "reset", clearing.request_reset, "2.9.3.1"),
    # timers
    ((Cpc.WAIT_RLC,), "t1", clearing.expired_t1, "2.9.6"),
    ((Cpc.WAIT_RLC,), "t5", clearing.expired_t5, "2.9.6"),
    ((Cpc.O_SUSPENDED, Cpc.I_SUSPENDED), "t2", clearing.expired_supervision, "2.4.1"),
    ((Cpc.O_SUSPENDED, Cpc.I_SUSPENDED), "t6", clearing.expired_supervision, "2.4.1"),
    ((Cpc.O_OVERLOAD,), "t3", outgoing.expired_t3, "2.9.9"),
    ((Cpc.O_CHECK, Cpc.O_WAIT_ACM), "t7", clearing.expired_t7, "2.9.8.3"),
    ((Cpc.I_CHECK,), "t8", incoming.expired_t8, "2.9.8.3"),
    ((Cpc.O_WAIT_ANM,), "t9", clearing.expired_t9, "2.9.8.3"),
    ((Cpc.I_WAIT_ACM,), "t10", incoming.expired_early_acm, "2.1.4"),
    ((Cpc.I_WAIT_ACM,), "t11", incoming.expired_early_acm, "2.1.4"),
    ((Cpc.RESET,), "t16", clearing.expired_t16, "2.9.3.1"),
    ((Cpc.RESET,), "t17", clearing.expired_t17, "2.9.3.1"),
    ((Cpc.O_CHECK,), "t24", continuity.failed_in_call, "2.1.8"),
    ((Cpc.O_RECHECK,), "t24", continuity.failed_in_recheck, "2.1.8"),
    ((Cpc.O_FAILED,), "t25", continuity.recheck, "2.1.8"),
    ((Cpc.O_FAILED,), "t26", continuity.recheck, "2.1.8"),
    ((Cpc.I_FAILED,), "t27", continuity.expired_t27, "2.1.8"),
    ((Cpc.I_RECHECK,), "t36", continuity.expired_t36, "2.1.8"),
    ((Cpc.I_WAIT_ACM,), "t33", clearing.expired_supervision, "2.9.7"),
    ((Cpc.I_WAIT_ACM,), "t35", incoming.expired_t35, "2.9.8.3"),
)
_HELD = (Cpc.O_WAIT_ACM, Cpc.O_WAIT_ANM, Cpc.O_ANSWERED, Cpc.O_SUSPENDED, Cpc.I_CHECK, Cpc.I_WAIT_ACM)
"""Where a message may wait for its segment: `machine` ends T34 and goes on with it."""


def _default(state: Cpc, event: Event) -> Row:
    """What a pair without a row of its own is: discarded or reset, refused, or impossible."""
    if event in _EVERYWHERE:
        return Row(*_EVERYWHERE[event])
    if event == "t34" or (event == _M.SGM and state in _HELD):
        held = state in _HELD
        return Row(ignore if held else None, "2.1.12", "" if held else "no message is held in this state")
    if isinstance(event, int):
        if event == _M.RLC or event == _M.LPA or state not in _RESETS or event == _M.SGM:
            return Row(discard, "2.9.5.1")
        return Row(reset, "2.9.5.1")
    if event in REQUESTS:
        return Row(refuse, "annex B")
    return Row(None, "annex A", f"{event.upper()} is stopped when the circuit leaves the states in which it runs")


def _table() -> dict[tuple[Cpc, Event], Row]:
    table = {(state, event): _default(state, event) for state in Cpc for event in EVENTS}
    for states, event, procedure, clause in _ROWS:
        table |= {(state, event): Row(procedure, clause) for state in states}
    return table


CIRCUIT: Final = _table()
"""Every pair of call processing."""


class BoxRow(NamedTuple):
    """A pair of one of the boxes beside call processing."""

    box: str
    state: int
    event: Event
    clause: str


def _boxes() -> tuple[BoxRow, ...]:
    rows = [BoxRow("BLS", state, event, "2.8.2.1") for state in Block for event in ("block", "unblock", _M.BLA, _M.UBA)]
    rows += [BoxRow("BLS", Block.BLOCKING, timer, "2.9.4") for timer in ("t12", "t13")]
    rows += [BoxRow("BLS", Block.UNBLOCKING, timer, "2.9.4") for timer in ("t14", "t15")]
    rows += [BoxRow("BLR", on, event, "2.8.2.1") for on in (0, 1) for event in (_M.BLO, _M.UBL)]
    for sent, received in (("MGBS", "MGBR"), ("HLB", "HRB")):
        rows += [BoxRow(sent, state, event, "2.8.2.2") for state in Block for event in (_M.CGB, _M.CGU)]
        rows += [BoxRow(sent, Block.NONE, _M.CGBA, "2.9.5.1"), BoxRow(sent, Block.BLOCKED, _M.CGUA, "2.9.5.1")]
        rows += [BoxRow(sent, Block.BLOCKING, event, "2.8.2.2") for event in (_M.CGBA, "t18", "t19")]
        rows += [BoxRow(sent, Block.UNBLOCKING, event, "2.8.2.2") for event in (_M.CGUA, "t20", "t21")]
        rows += [BoxRow(received, on, event, "2.8.2.2") for on in (0, 1) for event in (_M.CGB, _M.CGU)]
    rows += [BoxRow("CGRS", state, _M.GRS, "2.9.3.2") for state in Cpc]
    rows += [BoxRow("CGRS", Cpc.GROUP_RESET, event, "2.9.3.2") for event in (_M.GRA, "t22", "t23")]
    rows += [BoxRow("CGRR", state, _M.GRS, "2.9.3.2") for state in Cpc]
    rows += [BoxRow("CQS", 0, _M.CQM, "2.8.3"), BoxRow("CQS", 0, _M.CQR, "2.8.3"), BoxRow("CQS", 1, _M.CQR, "2.8.3")]
    rows += [BoxRow("CQS", 1, "t28", "2.8.3"), BoxRow("CQR", 0, _M.CQM, "2.8.3")]
    rows += [BoxRow("MTP", on, event, "2.14") for on in (0, 1) for event in ("pause", "resume")]
    events = (*network.CAUSES, "t4", "t29", "t30")
    rows += [BoxRow("MTP", on, event, "2.13.2") for on in (0, 1) for event in events]
    return tuple(rows)


BOXES: Final = _boxes()
"""The pairs of the other boxes: what `Isup.trace` notes under these names is what can come about there."""


def event_name(event: Event) -> str:
    return _M(event).name if isinstance(event, int) else event.upper() if event[1:].isdigit() else event


MESSAGES: Final[tuple[dict[int, Procedure], ...]] = tuple(
    {event: row.procedure for (at, event), row in CIRCUIT.items()
     if at is state and isinstance(event, int) and row.procedure is not None}
    for state in Cpc
)  # fmt: skip
"""CIRCUIT for received messages as the machine reads it: state, then type."""

EXPIRIES: Final[tuple[dict[int, Procedure], ...]] = tuple(
    {number: procedure for number in TIMERS if (procedure := CIRCUIT[state, f"t{number}"].procedure) is not None}
    for state in Cpc
)
"""CIRCUIT for timers: state, then number."""

ASKED: Final[tuple[dict[str, Any], ...]] = tuple(
    {name: CIRCUIT[state, name].procedure for name in REQUESTS if CIRCUIT[state, name].procedure is not refuse}
    for state in Cpc
)
"""CIRCUIT for requests that are not refused: state, then name."""
