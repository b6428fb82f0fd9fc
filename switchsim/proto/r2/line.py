"""Line signals of both directions (Q.421, Q.422): every state, every code, the rows for faults included.

On a digital line a state is told by a code that lasts, so `line` is called with what has been recognised, not with
every change. Where a code has no meaning in a state, Q.422 says whether the call goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from switchsim.proto.r2 import register_incoming, register_outgoing
from switchsim.proto.r2.actions import AnswerInd, ClearBackInd, SeizedInd
from switchsim.proto.r2.codes import NO_ANSWER, NORMAL, TEMPORARY_FAILURE
from switchsim.proto.r2.core import Core
from switchsim.proto.r2.state import ANSWERED, BLOCKED, IDLE, IN_CALL, OUT_CALL, SEIZED, TALKING, Line

OnLine: TypeAlias = Callable[[Core], None]


def nothing(core: Core) -> None:
    """The code belongs to the state, or changes nothing in it."""


# -- idle --------------------------------------------------------------------------------------------------------------


def idle_again(core: Core) -> None:
    """10: the peer no longer blocks, or was at fault."""
    core.set_remote(False)
    core.start("reseize")


def blocked(core: Core) -> None:
    core.set_remote(True)


def meaningless_idle(core: Core) -> None:
    """01 where nobody has seized the circuit: it is not to be seized either (Q.422 3.2)."""
    core.violation("3.2", "bits 01 in idle")


def seized(core: Core) -> None:
    """00: the peer's call. The seizure is acknowledged at once, the register may come later."""
    core.stop("reseize", "release")
    core.set_remote(False)
    state = core.state
    state.line, state.call, state.category = Line.IN_REGISTER, True, 10
    state.called = state.calling = ""
    core.send(BLOCKED)
    register_incoming.begin(core)
    core.out.append(SeizedInd())


def seized_blocked(core: Core) -> None:
    core.violation("3.2", "seizure of a blocked circuit")


# -- outgoing ----------------------------------------------------------------------------------------------------------


def acknowledged(core: Core) -> None:
    core.stop("seize_ack")
    core.state.line = Line.OUT_REGISTER
    register_outgoing.begin(core)


def acknowledged_late(core: Core) -> None:
    """The call has been given up meanwhile: now the circuit can be cleared (Q.422 3.2.3.2)."""
    core.stop("seize_ack")
    core.clear_forward()


def both_seized(core: Core) -> None:
    """Double seizure: the seizing bits stay until the peer must have seen them, then both clear (Q.422 3.2.7.1)."""
    if not core.config.both_way:
        core.violation("3.2", "seizure in place of the acknowledgement on a one-way circuit")
        return
    core.stop("seize_ack")
    core.free_register()
    core.end_attempt("collision", True, TEMPORARY_FAILURE)
    core.state.line = Line.OUT_COLLISION
    core.start("guard")


def answer_before_acknowledgement(core: Core) -> None:
    core.violation("3.2.3.2", "answered before the seizure was acknowledged")
    core.alarm("3.2.3.2", "answer in place of the seizing acknowledgement")
    core.stop("seize_ack")
    core.fail("no_ack", True, TEMPORARY_FAILURE)


def answer_early(core: Core) -> None:
    """01 during register signalling: the last tone may still be on its way out of the receiver, else it is a fault."""
    if register_outgoing.is_free_heard(core):
        core.state.answered = True
        return
    core.violation("3.2", "answered before the address is complete")
    core.fail("refused", True, TEMPORARY_FAILURE)


def still_acknowledged(core: Core) -> None:
    """11 again: a fault is over, or an answer that came early is gone before it counted."""
    core.stop("fault")
    core.state.answered = False


def answered(core: Core) -> None:
    core.stop("answer", "fault")
    core.state.line = Line.OUT_ANSWERED
    core.out.append(AnswerInd())


def answered_again(core: Core) -> None:
    core.stop("clear_back", "fault")
    core.state.line = Line.OUT_ANSWERED
    core.out.append(ClearBackInd(False))


def cleared_back(core: Core) -> None:
    core.stop("fault")
    core.state.line = Line.OUT_CLEARED_BACK
    core.start("clear_back")
    core.out.append(ClearBackInd(True))


def forced_release(core: Core) -> None:
    """00 backward: a national signal, the called side ends the call whatever its state."""
    core.fail("refused", True, NORMAL if core.state.line in TALKING else TEMPORARY_FAILURE)


def doubtful(core: Core) -> None:
    """Bits that the state does not have, 10 backward among them: the call goes on if they go away within "fault".

    Backward that is 1..2 s of bb = 0 before the answer, in the notes to Q.422's table of the outgoing end.
    """
    core.violation("3.2", f"bits {core.state.received:02b} in {core.state.line.name.lower()}")
    if not core.runs("fault"):
        core.start("fault")


def restored(core: Core) -> None:
    core.stop("fault")


def idle_both_ways(core: Core) -> None:
    """10 backward after clear-forward is release guard; 10 forward is clear-forward, ends any call and is answered."""
    core.set_remote(False)  # it was, where the circuit was reset while the peer blocked it
    core.settle()


# -- incoming ----------------------------------------------------------------------------------------------------------


def no_action(core: Core) -> None:
    """In talk the call goes on until the called party clears (Q.422 3.2)."""
    core.violation("3.2", f"bits {core.state.received:02b} from the calling end of an answered call")


def fault_after_clear_back(core: Core) -> None:
    """The called party has cleared, and the forward bits mean nothing: nothing is left to wait for (Q.422 3.2)."""
    core.violation("3.2", f"bits {core.state.received:02b} after clear-back")
    core.end_incoming(TEMPORARY_FAILURE, True)


# -- the table ---------------------------------------------------------------------------------------------------------

_L: Final = Line
_ROWS: Final[tuple[tuple[tuple[Line, ...], int, OnLine], ...]] = (
    ((_L.IDLE, _L.BLOCKED), IDLE, idle_again),
    ((_L.IDLE, _L.BLOCKED), BLOCKED, blocked),
    ((_L.IDLE, _L.BLOCKED), ANSWERED, meaningless_idle),
    ((_L.IDLE, _L.OUT_NO_ACK), SEIZED, seized),
    ((_L.BLOCKED,), SEIZED, seized_blocked),
    ((_L.OUT_SEIZED,), BLOCKED, acknowledged),
    ((_L.OUT_ABANDONED,), BLOCKED, acknowledged_late),
    ((_L.OUT_SEIZED, _L.OUT_ABANDONED), SEIZED, both_seized),
    ((_L.OUT_SEIZED, _L.OUT_ABANDONED), ANSWERED, answer_before_acknowledgement),
    ((_L.OUT_NO_ACK,), IDLE, idle_both_ways),
    ((_L.OUT_REGISTER,), ANSWERED, answer_early),
    ((_L.OUT_REGISTER,), BLOCKED, still_acknowledged),
    ((_L.OUT_COMPLETE,), ANSWERED, answered),
    ((_L.OUT_CLEARED_BACK,), ANSWERED, answered_again),
    ((_L.OUT_ANSWERED,), BLOCKED, cleared_back),
    ((_L.OUT_REGISTER, _L.OUT_COMPLETE, _L.OUT_ANSWERED, _L.OUT_CLEARED_BACK), SEIZED, forced_release),
    ((_L.OUT_REGISTER, _L.OUT_COMPLETE, _L.OUT_ANSWERED, _L.OUT_CLEARED_BACK), IDLE, doubtful),
    ((_L.OUT_ANSWERED,), ANSWERED, restored),
    ((_L.OUT_COMPLETE, _L.OUT_CLEARED_BACK), BLOCKED, restored),
    ((_L.OUT_RELEASING, _L.RESETTING, _L.IN_ENDED), IDLE, idle_both_ways),
    (IN_CALL, IDLE, idle_both_ways),
    (IN_CALL, SEIZED, restored),
    ((_L.IN_REGISTER, _L.IN_COMPLETE), ANSWERED, doubtful),
    ((_L.IN_REGISTER, _L.IN_COMPLETE), BLOCKED, doubtful),
    ((_L.IN_ANSWERED,), ANSWERED, no_action),
    ((_L.IN_ANSWERED,), BLOCKED, no_action),
    ((_L.IN_CLEARED_BACK,), ANSWERED, fault_after_clear_back),
    ((_L.IN_CLEARED_BACK,), BLOCKED, fault_after_clear_back),
)


def _table() -> dict[tuple[Line, int], OnLine]:
    table: dict[tuple[Line, int], OnLine] = {(state, ab): nothing for state in Line for ab in range(4)}
    for states, ab, procedure in _ROWS:
        table |= {(state, ab): procedure for state in states}
    return table


LINE: Final = _table()
"""(state, recognised bits) -> procedure, every pair."""


# -- the line's own faults ---------------------------------------------------------------------------------------------


def fault_begins(core: Core) -> None:
    """Frame alignment lost, AIS: what is received counts as 11 (Q.422). Calls that talk may outlive a short one."""
    state = core.state
    state.fault = True
    if state.line in (Line.IDLE, Line.BLOCKED):
        core.set_remote(True)
        core.send(BLOCKED)  # a peer that sees nothing wrong shall not seize what can not be acknowledged
    elif state.line in TALKING:
        core.start("line_fault")
    elif state.line in OUT_CALL:
        core.alarm("3.2", "the line failed while a call was set up")
        core.fail("blocked", True, TEMPORARY_FAILURE)
    elif state.line in (Line.OUT_ABANDONED, Line.OUT_COLLISION):
        core.clear_forward()
    elif state.line in IN_CALL:
        core.end_incoming(TEMPORARY_FAILURE, False)


def fault_ends(core: Core) -> None:
    """What was received meanwhile counts from now on."""
    core.state.fault = False
    core.stop("line_fault")
    if core.state.line is Line.IDLE:
        core.send(IDLE)
    LINE[core.state.line, core.state.received](core)


# -- timers ------------------------------------------------------------------------------------------------------------


def no_acknowledgement(core: Core) -> None:
    """Nobody acknowledges: an alarm, the call goes elsewhere, the circuit is cleared and not seized again (Q.422 3.2).

    A late acknowledgement and idle behind it, a call of the peer, a reset, or a peer that has been idle for "release"
    make it usable again.
    """
    core.alarm("3.2.3.2", "no seizing acknowledgement")
    core.free_register()
    core.end_attempt("no_ack", True, TEMPORARY_FAILURE)
    core.state.line = Line.OUT_NO_ACK
    core.send(IDLE)
    core.start("release")


def collision_over(core: Core) -> None:
    core.clear_forward()


def release_late(core: Core) -> None:
    """The peer does not end what is over here: somebody is told, and the circuit waits on.

    One that acknowledged nothing is tried again, when it looks idle.
    """
    if core.state.line is Line.OUT_NO_ACK:
        if core.state.received == IDLE and not core.state.fault:
            core.settle()
        else:
            core.start("release")
        return
    awaited = "clear-forward" if core.state.line is Line.IN_ENDED else "release guard"
    core.alarm("3.2", f"no {awaited}")


def reset_late(core: Core) -> None:
    """The peer is not idle after a restart: 11 is blocking, anything else a call that it should have ended."""
    if core.state.received == BLOCKED:
        core.settle()
        core.set_remote(True)
    else:
        core.alarm("3.2", f"bits {core.state.received:02b} after a reset, 10 expected")


def fault_lasts(core: Core) -> None:
    core.alarm("3.2", f"bits {core.state.received:02b} for too long")
    if core.state.line in OUT_CALL:
        core.fail("refused", True, TEMPORARY_FAILURE)
    else:
        core.end_incoming(TEMPORARY_FAILURE, True)


def line_fault_lasts(core: Core) -> None:
    if core.state.line in OUT_CALL:
        core.end_call(TEMPORARY_FAILURE, False)
        core.clear_forward()
    else:
        core.send(BLOCKED)
        core.end_incoming(TEMPORARY_FAILURE, False)


def no_answer(core: Core) -> None:
    core.end_call(NO_ANSWER, False)
    core.clear_forward()


def no_re_answer(core: Core) -> None:
    core.end_call(NORMAL, False)
    core.clear_forward()


TIMERS: Final[dict[str, OnLine]] = {
    "seize_ack": no_acknowledgement, "guard": collision_over, "reseize": Core.rested, "release": release_late,
    "reset": reset_late, "fault": fault_lasts, "line_fault": line_fault_lasts, "answer": no_answer,
    "clear_back": no_re_answer, "forward": register_outgoing.no_backward, "between": register_outgoing.no_request,
    "incoming": register_incoming.no_forward, "back_cycle": register_incoming.forward_stays,
    "pulse_gap": register_incoming.gap_over,
}  # fmt: skip
"""What each expiry does; a timer that runs belongs to the state that started it."""
