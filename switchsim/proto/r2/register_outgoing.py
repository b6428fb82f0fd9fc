"""The outgoing register: it sends forward signals and does what the backward ones ask for (Q.440, Q.441; China No.1).

A forward signal stays until a backward one is heard; when that has gone too, its wish is carried out. A3, A4, A6 and
A15 may come as pulses, with no forward signal to answer (Q.442).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from switchsim.proto.r2 import codes
from switchsim.proto.r2.actions import AddressCompleteInd, AnswerInd
from switchsim.proto.r2.core import Core
from switchsim.proto.r2.state import Line, Sending

Act: TypeAlias = Callable[[Core], None]
_PULSED: Final = {"itu": (3, 4, 6, 15), "china": (3, 4, 5, 6)}


def begin(core: Core) -> None:
    """Send the first digit as soon as the seizure is acknowledged and a register is there."""
    state = core.state
    if state.sending is Sending.WAITING and state.ready and state.line is Line.OUT_REGISTER:
        state.index = -1
        next_called(core)


# -- what is heard -----------------------------------------------------------------------------------------------------


def tone_on(core: Core, signal: int) -> None:
    state = core.state
    if state.sending in (Sending.NONE, Sending.WAITING):
        return
    if state.backward:
        core.violation("4.1", f"backward signal {signal} while {state.backward} is on")
        return
    if not state.forward and (state.sending is Sending.GROUP_II or signal not in _PULSED[core.config.variant]):
        core.violation("4.1", f"backward signal {signal} without a forward one")
        return
    state.backward = signal
    if state.forward:
        core.stop("forward")
        state.forward = 0
        core.tone(0)
        core.start("between")


def tone_off(core: Core) -> None:
    """The cycle is over: carry out what the backward signal asked for."""
    state = core.state
    signal, state.backward = state.backward, 0
    if not signal:
        return
    if state.sending is Sending.GROUP_II:
        _group_b(core, signal)
    else:
        GROUP_A[core.config.variant].get(signal, _meaningless)(core)


def _group_b(core: Core, signal: int) -> None:
    """B or KB: the last signal, and the answer to what the call comes to (Q.474)."""
    table = codes.table_b(core.config.variant, core.state.kd)
    if signal in codes.FREE[table]:
        _complete(core, True, codes.FREE[table][signal])
        return
    cause = codes.cause_of(table, signal)
    if cause is None:
        core.violation("4.2", f"signal {signal} of group B, which means nothing")
    core.fail("refused", cause in codes.CONGESTIONS, codes.TEMPORARY_FAILURE if cause is None else cause)


def is_free_heard(core: Core) -> bool:
    """Whether a signal is on that makes the address complete: the answer may overtake the end of it."""
    state = core.state
    if state.sending is Sending.GROUP_II:
        return state.backward in codes.FREE[codes.table_b(core.config.variant, state.kd)]
    return not core.china and state.backward == 6


def _complete(core: Core, free: bool, charge: bool) -> None:
    core.free_register()
    core.state.line = Line.OUT_COMPLETE
    core.out.append(AddressCompleteInd(free, charge))
    if core.state.answered:
        core.state.line = Line.OUT_ANSWERED
        core.out.append(AnswerInd())
    else:
        core.start("answer")


# -- what is sent ------------------------------------------------------------------------------------------------------


def _forward(core: Core, sending: Sending, signal: int) -> None:
    core.stop("between")
    core.state.sending, core.state.forward = sending, signal
    core.tone(signal)
    core.start("forward")


def _called(core: Core, index: int) -> None:
    """The called digit of an index, the end of the number behind the last; behind that nothing is left to send."""
    state = core.state
    if index > len(state.called):
        return
    state.index = max(index, 0)
    number = state.called
    signal = codes.digit_signal(number[state.index]) if state.index < len(number) else codes.END
    _forward(core, Sending.CALLED, signal)


def _calling(core: Core) -> None:
    """The next calling digit, or that there is none (any more)."""
    state, number = core.state, core.state.calling
    if state.calling_index < len(number):
        signal = codes.digit_signal(number[state.calling_index])
        state.calling_index += 1
        state.calling_ended = state.calling_index == core.config.calling_digits
    else:
        signal = codes.END if number or core.china else codes.NOT_ACCEPTED
        state.calling_ended = True
    _forward(core, Sending.CALLING, signal)


def next_called(core: Core) -> None:
    _called(core, core.state.index + 1)


def _next(core: Core) -> None:
    """China's A1: the next digit of whichever number is being sent."""
    if core.state.sending is Sending.CALLING and not core.state.calling_ended:
        _calling(core)
    else:
        next_called(core)


def _back(digits: int) -> Act:
    return lambda core: _called(core, core.state.index - digits)


def _restart(core: Core) -> None:
    _called(core, 0)


def _category(core: Core) -> None:
    """ITU's A5: the category at first, then digit after digit of the calling number."""
    state = core.state
    if state.asked:
        if state.calling_ended:
            state.calling_index, state.calling_ended = len(state.calling), False
        _calling(core)
        return
    state.asked, state.calling_index, state.calling_ended = True, 0, False
    _forward(core, Sending.CALLING, codes.category_signal("II", state.category))


def _ka(core: Core) -> None:
    """China's A6: the calling number from its beginning, KA before it."""
    state = core.state
    state.asked, state.calling_index, state.calling_ended = True, 0, False
    _forward(core, Sending.CALLING, codes.category_signal("KA", state.category))


def _group_ii(core: Core) -> None:
    """A3: the group II signal, KD in China. Ordinary toll calls are told from local ones by the configuration."""
    state = core.state
    state.kd = codes.category_signal("KD" if core.china else "II", state.category)
    if core.china and core.config.toll and state.kd in codes.KD_LOCAL:
        state.kd = 2
    _forward(core, Sending.GROUP_II, state.kd)


def _speech(core: Core) -> None:
    _complete(core, False, True)


def _refused(signal: int) -> Act:
    def refused(core: Core) -> None:
        cause = codes.cause_of(codes.table_a(core.config.variant), signal) or codes.CONGESTION
        core.fail("refused", cause != codes.UNALLOCATED, cause)

    return refused


def _answer_with(signal: int) -> Act:
    """A request about the circuit, which a national one has a fixed answer to; the digits go on behind it."""
    return lambda core: _forward(core, Sending.CALLED, signal)


def _meaningless(core: Core) -> None:
    """A spare signal: nothing can be sent in answer, so the call ends (Q.480)."""
    core.violation("4.2", "a backward signal of group A that means nothing")
    core.fail("refused", True, codes.TEMPORARY_FAILURE)


GROUP_A: Final[dict[str, dict[int, Act]]] = {
    "itu": {
        1: next_called, 2: _back(1), 3: _group_ii, 4: _refused(4), 5: _category, 6: _speech, 7: _back(2), 8: _back(3),
        11: _answer_with(codes.NOT_ACCEPTED), 12: _answer_with(codes.NOT_ACCEPTED),
        13: _answer_with(codes.NO_SATELLITE), 14: _answer_with(codes.NOT_ACCEPTED), 15: _refused(15),
    },
    "china": {1: _next, 2: _restart, 3: _group_ii, 4: _refused(4), 5: _refused(5), 6: _ka},
}  # fmt: skip
"""(variant, signal) -> what it asks for."""


# -- timers ------------------------------------------------------------------------------------------------------------


def no_backward(core: Core) -> None:
    core.alarm("5.5", f"no backward signal to forward {core.state.forward}")
    core.fail("timeout", True, codes.TIMER_EXPIRY)


def no_request(core: Core) -> None:
    core.alarm("5.5", "no occasion for a forward signal")
    core.fail("timeout", True, codes.TIMER_EXPIRY)
