"""The transition table of a circuit: (state, message), (state, request) and timers, every pair (Q.724 clauses 1, 6, 7).

Group messages concern ranges of circuits in whatever state, so they have rows of their own in `groups`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, TypeAlias

from switchsim.proto.tup import blocking, clearing, continuity, resets, setup
from switchsim.proto.tup.causes import CAUSE_OF
from switchsim.proto.tup.codec import Message
from switchsim.proto.tup.core import Core
from switchsim.proto.tup.messages import MessageType
from switchsim.proto.tup.state import IN_CALL, IN_WAITING, OUT_CALL, Circuit, Circuits

OnMessage: TypeAlias = Callable[[Core, Circuit, Message], None]
OnRequest: TypeAlias = Callable[..., None]
OnTimer: TypeAlias = Callable[[Core, Circuit], None]


class Request(IntEnum):
    """What our user or maintenance may ask for a circuit."""

    MORE_DIGITS = 0
    ADDRESS_COMPLETE = 1
    ANSWER = 2
    SUSPEND = 3
    RESUME = 4
    RELEASE = 5
    CHARGE = 6
    INFORMATION = 7
    FORWARD_SIGNAL = 8
    BACKWARD_SIGNAL = 9
    CONTINUITY_HEARD = 10
    TEST_CONTINUITY = 11
    BLOCK = 12
    RESET = 13


_GROUP_H0: Final = (8, 10)
CIRCUIT_MESSAGES: Final = tuple(kind for kind in MessageType if kind & 15 not in _GROUP_H0)
"""The messages that concern one circuit: all but those of groups of circuits and of the network."""

_ANSWERS: Final = (MessageType.ANU, MessageType.ANC, MessageType.ANN)
_UNSUCCESSFUL: Final = tuple(MessageType(kind) for kind in CAUSE_OF)
_CHARGES: Final = (MessageType.CHG, MessageType.MPM)
_FORWARD_SIGNALS: Final = (MessageType.FOT, MessageType.CCL, MessageType.OPR)
BACKWARD: Final = frozenset(
    {MessageType.GRQ, MessageType.ACM, MessageType.CBK, MessageType.RAN, MessageType.MAL, *_ANSWERS, *_UNSUCCESSFUL,
     *_CHARGES}
)  # fmt: skip
"""What the called side sends."""

_S: Final = Circuits
_SETTLED: Final = (_S.OUT_RINGING, _S.OUT_TALK, _S.OUT_CLEARED_BACK)
_OFFERED: Final = (_S.IN_ADDRESS, _S.IN_RINGING, _S.IN_TALK, _S.IN_CLEARED_BACK)
_ENDED_OUT: Final = (_S.OUT_RELEASING, _S.OUT_STUCK)
_CHECKED_AGAIN: Final = (_S.OUT_DELAY, _S.OUT_RECHECK)
_RESET: Final = (_S.RESETTING, _S.GROUP_RESET)
_QUIET: Final = (*_ENDED_OUT, *_CHECKED_AGAIN, *_RESET, *sorted(IN_WAITING))
"""States where messages of the call that has ended may still arrive."""

_MessageRow: TypeAlias = tuple[tuple[Circuits, ...], tuple[MessageType, ...], OnMessage]
_MESSAGE_ROWS: Final[tuple[_MessageRow, ...]] = (
    # what happens where nothing below says otherwise
    ((_S.IDLE,), CIRCUIT_MESSAGES, clearing.unexpected_idle),
    ((_S.OUT_CHECK, _S.OUT_ADDRESS), tuple(sorted(BACKWARD)), clearing.unexpected_before_backward),
    (_QUIET, CIRCUIT_MESSAGES, clearing.ignore),
    # set-up and answer
    ((_S.IDLE,), (MessageType.IAM, MessageType.IAI), setup.on_initial_address),
    ((_S.OUT_CHECK, _S.OUT_ADDRESS), (MessageType.IAM, MessageType.IAI), setup.on_dual_seizure),
    (_ENDED_OUT, (MessageType.IAM, MessageType.IAI), setup.on_seizure_while_releasing),
    ((_S.IN_CHECK, _S.IN_ADDRESS), (MessageType.SAM, MessageType.SAO), setup.on_digits),
    ((_S.IN_RINGING,), (MessageType.SAM, MessageType.SAO), clearing.ignore),
    ((_S.OUT_ADDRESS,), (MessageType.ACM,), setup.on_address_complete),
    ((_S.OUT_RINGING,), _ANSWERS, setup.on_answer),
    ((_S.OUT_TALK,), (MessageType.CBK,), setup.on_clear_back),
    ((_S.OUT_CLEARED_BACK,), (MessageType.RAN,), setup.on_re_answer),
    ((_S.OUT_CHECK, _S.OUT_ADDRESS, *_SETTLED), (MessageType.GRQ,), setup.on_general_request),
    (_OFFERED, (MessageType.GSM,), setup.on_information),
    ((_S.OUT_ADDRESS, *_SETTLED), _CHARGES, setup.on_charge),
    (_OFFERED, _FORWARD_SIGNALS, setup.on_signal),
    (_SETTLED, (MessageType.MAL,), setup.on_signal),
    # continuity
    ((_S.IN_CHECK,), (MessageType.COT,), continuity.on_continuity),
    ((_S.IN_CHECK,), (MessageType.CCF,), continuity.on_continuity_failure),
    ((_S.IDLE, *sorted(IN_WAITING)), (MessageType.CCR,), continuity.on_check_request),
    ((_S.IN_RECHECK,), (MessageType.COT, MessageType.CCF), continuity.on_recheck_over),
    # the end
    ((_S.OUT_CHECK, _S.OUT_ADDRESS, _S.OUT_RINGING), _UNSUCCESSFUL, clearing.on_unsuccessful),
    ((_S.OUT_TALK, _S.OUT_CLEARED_BACK), (MessageType.CFL,), clearing.on_unsuccessful),
    (tuple(Circuits), (MessageType.CLF,), clearing.on_clear_forward_idle),
    ((*sorted(IN_CALL), *sorted(IN_WAITING)), (MessageType.CLF,), clearing.on_clear_forward),
    (tuple(sorted(OUT_CALL)), (MessageType.RLG,), clearing.on_early_release_guard),
    (_ENDED_OUT, (MessageType.RLG,), clearing.on_release_guard),
    ((_S.IDLE,), (MessageType.RLG,), clearing.ignore),
    # resets
    ((_S.IDLE, *_RESET), (MessageType.RSC,), resets.on_reset_idle),
    ((*sorted(IN_CALL), *sorted(IN_WAITING)), (MessageType.RSC,), resets.on_reset_incoming),
    ((*sorted(OUT_CALL), *_ENDED_OUT, *_CHECKED_AGAIN), (MessageType.RSC,), resets.on_reset_outgoing),
    ((_S.RESETTING,), (MessageType.RLG, MessageType.CLF), resets.on_reset_acknowledged),
    # blocking
    (tuple(Circuits), (MessageType.BLO,), blocking.on_blocking),
    ((_S.RESETTING,), (MessageType.BLO,), resets.on_blocking_for_reset),
    (tuple(Circuits), (MessageType.UBL,), blocking.on_unblocking),
    (tuple(Circuits), (MessageType.BLA,), blocking.on_blocking_acknowledged),
    (tuple(Circuits), (MessageType.UBA,), blocking.on_unblocking_acknowledged),
)

_RequestRow: TypeAlias = tuple[tuple[Circuits, ...], Request, OnRequest]
_REQUEST_ROWS: Final[tuple[_RequestRow, ...]] = (
    ((_S.OUT_CHECK, _S.OUT_ADDRESS), Request.MORE_DIGITS, setup.request_digits),
    ((_S.IN_ADDRESS,), Request.ADDRESS_COMPLETE, setup.request_address_complete),
    ((_S.IN_ADDRESS, _S.IN_RINGING), Request.ANSWER, setup.request_answer),
    ((_S.IN_TALK,), Request.SUSPEND, setup.request_suspend),
    ((_S.IN_CLEARED_BACK,), Request.RESUME, setup.request_resume),
    ((*sorted(OUT_CALL), *_OFFERED), Request.RELEASE, clearing.request_release),
    (_OFFERED[:3], Request.CHARGE, setup.request_charge),
    (_OFFERED[:3], Request.INFORMATION, setup.request_information),
    (_SETTLED, Request.FORWARD_SIGNAL, setup.request_signal),
    (_OFFERED[1:], Request.BACKWARD_SIGNAL, setup.request_signal),
    ((_S.OUT_CHECK,), Request.CONTINUITY_HEARD, continuity.request_heard),
    ((_S.OUT_RECHECK,), Request.CONTINUITY_HEARD, continuity.request_heard_again),
    ((_S.IDLE,), Request.TEST_CONTINUITY, continuity.recheck),
    (tuple(Circuits), Request.BLOCK, blocking.request_block),
    (tuple(Circuits), Request.RESET, resets.request_reset),
)


def refused(core: Core, circuit: Circuit, *arguments: Any) -> None:
    """A request that the state does not allow; `Tup` reports it with its name."""


def _messages() -> dict[tuple[Circuits, MessageType], OnMessage]:
    table: dict[tuple[Circuits, MessageType], OnMessage] = {
        (state, kind): clearing.unexpected for state in Circuits for kind in CIRCUIT_MESSAGES
    }
    for states, kinds, procedure in _MESSAGE_ROWS:
        table |= {(state, kind): procedure for state in states for kind in kinds}
    return table


def _requests() -> dict[tuple[Circuits, Request], OnRequest]:
    table: dict[tuple[Circuits, Request], OnRequest] = {
        (state, request): refused for state in Circuits for request in Request
    }
    for states, request, procedure in _REQUEST_ROWS:
        table |= {(state, request): procedure for state in states}
    return table


MESSAGES: Final = _messages()
"""(state, message) -> procedure, every pair."""

REQUESTS: Final = _requests()
"""(state, request) -> procedure, every pair."""

TIMERS: Final[dict[str, OnTimer]] = {
    "t1": continuity.expired_t1, "t2": clearing.expired_t2, "t3": clearing.call_failure, "t4": clearing.expired_t4,
    "t5": clearing.expired_t5, "t6": clearing.expired_t6, "t7": clearing.expired_t7, "t8": continuity.failed,
    "t9": continuity.recheck, "t10": continuity.recheck, "t11": blocking.expired_short,
    "t12": blocking.expired_minute, "t13": blocking.expired_each_minute, "t14": blocking.expired_short,
    "t15": blocking.expired_minute, "t16": blocking.expired_each_minute, "t18": resets.expired_t18,
    "t19": resets.expired_t19, "tdigits": clearing.expired_digits, "tanswer": clearing.expired_answer,
    "treanswer": clearing.expired_re_answer, "tinfo": setup.expired_information,
}  # fmt: skip
"""By name, without the circuit; a timer that runs belongs to the state that started it."""

DISPATCH: Final[dict[int, dict[int, OnMessage]]] = {
    state: {kind: MESSAGES[state, kind] for kind in CIRCUIT_MESSAGES} for state in Circuits
}
"""MESSAGES as the machine reads it: state, then heading code."""
