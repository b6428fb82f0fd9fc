"""The incoming register: it hears forward signals and asks for the next by backward ones (Q.440, Q.441; China No.1).

A backward signal is sent while the forward one is on, and ends when that does. Without a forward signal only a pulse
can be sent (Q.442), of A3 and A4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from switchsim.proto.r2 import codes
from switchsim.proto.r2.actions import DigitInd, PulseTone, SetupInd
from switchsim.proto.r2.core import Core
from switchsim.proto.r2.state import ANSWERED, Line, Stage

OnTone: TypeAlias = Callable[[Core, int], None]
NEXT, CHANGEOVER, CONGESTION = 1, 3, 4
_CATEGORY: Final = {"itu": 5, "china": 6}
_NEXT_CALLING: Final = {"itu": 5, "china": 1}
_PULSED: Final = (CHANGEOVER, CONGESTION)
CALLED_MAX: Final = 31
CALLING_MAX: Final = 20
"""A calling number without an end is not asked for beyond so many digits."""


def begin(core: Core) -> None:
    state = core.state
    state.stage = Stage.WAITING
    state.asked = state.whole = state.accepted = state.answered = False
    state.refusal = state.kd = 0
    core.seize_register(outgoing=False)


def ready(core: Core) -> None:
    """The register hears from now on."""
    if core.state.stage is Stage.WAITING:
        core.state.stage = Stage.DIGIT
        core.start("incoming")


# -- backward signals --------------------------------------------------------------------------------------------------


def _reply(core: Core, signal: int, stage: Stage) -> None:
    """Send a backward signal and expect `stage` after it: compelled, or as a pulse, or when the forward one is back."""
    state = core.state
    state.stage = stage
    core.stop("incoming")
    if state.forward:
        state.backward = signal
        core.tone(signal)
        core.start("back_cycle")
    elif signal in _PULSED:
        state.pulse = signal
        core.start("pulse_gap")
    else:
        state.pending = signal
        core.start("incoming")


def gap_over(core: Core) -> None:
    """The line has been silent long enough: send the pulse."""
    core.out.append(PulseTone(core.state.pulse, core.cycles["pulse"]))


def pulse_sent(core: Core) -> None:
    state = core.state
    if not state.pulse or core.runs("pulse_gap"):
        return
    state.pulse = 0
    if state.stage is Stage.LAST:
        _finish(core)
    else:
        core.start("incoming")


def _finish(core: Core) -> None:
    """Register signalling is over: the called party may answer, or the call has ended before."""
    state = core.state
    if not state.accepted:
        core.end_incoming(state.refusal or codes.TEMPORARY_FAILURE, False)
        return
    core.free_register()
    state.line = Line.IN_COMPLETE
    if state.answered:
        answer(core)


def answer(core: Core) -> None:
    core.stop("fault")
    core.state.line = Line.IN_ANSWERED
    core.send(ANSWERED)


# -- forward signals ---------------------------------------------------------------------------------------------------


def tone_on(core: Core, signal: int) -> None:
    state = core.state
    if state.stage in (Stage.NONE, Stage.WAITING):
        return
    if state.forward:
        core.violation("4.1", f"forward signal {signal} while {state.forward} is on")
        return
    state.forward = signal
    core.stop("incoming")
    if core.runs("pulse_gap"):
        core.stop("pulse_gap")
        pulse, state.pulse = state.pulse, 0
        _reply(core, pulse, state.stage)
    elif state.pulse or state.stage is Stage.LAST:
        return
    elif state.lost == signal:
        _back_again(core)
    else:
        state.lost = state.pending = 0
        _heard(core, signal)


def _back_again(core: Core) -> None:
    """A forward signal that had ended too early is on again: it is the same, and may be answered by now."""
    state = core.state
    pending, state.pending, state.lost = state.pending, 0, 0
    if pending:
        _reply(core, pending, state.stage)


def _heard(core: Core, signal: int) -> None:
    state = core.state
    if state.refusal and state.stage in (Stage.DIGIT, Stage.CATEGORY, Stage.CALLING):
        _refuse_now(core)
    else:
        STAGES[state.stage](core, signal)


def tone_off(core: Core) -> None:
    """The forward signal has gone: so does the backward one, and the cycle is over."""
    state = core.state
    signal, state.forward = state.forward, 0
    if not signal or state.stage in (Stage.NONE, Stage.WAITING):
        return
    if state.backward:
        state.backward = 0
        core.stop("back_cycle")
        core.tone(0)
        _cycle_over(core)
    elif not state.pulse:
        core.violation("4.1", f"forward signal {signal} ended before it was answered")
        state.lost = signal
        core.start("incoming")


def _cycle_over(core: Core) -> None:
    state = core.state
    if state.stage is Stage.LAST:
        _finish(core)
    elif state.stage is Stage.DIGIT and state.whole:
        _reply(core, CHANGEOVER, Stage.GROUP_II)
    else:
        core.start("incoming")


def _digit(core: Core, signal: int) -> None:
    """A digit of the called number; 15 ends it."""
    state = core.state
    digit = codes.signal_digit(signal)
    if signal == codes.END:
        complete(core)
        return
    if not digit or len(state.called) >= CALLED_MAX:
        core.violation("4.2", f"forward signal {signal} in place of a called digit")
        _reply(core, NEXT, Stage.DIGIT)
        return
    state.called += digit
    state.stage = Stage.VERDICT
    core.out.append(DigitInd(state.called))


def _category(core: Core, signal: int) -> None:
    core.state.category = codes.category_of("KA" if core.china else "II", signal)
    _reply(core, _NEXT_CALLING[core.config.variant], Stage.CALLING)


def _calling(core: Core, signal: int) -> None:
    """A calling digit; 15 ends the number, 12 says that it is restricted."""
    state, digit = core.state, codes.signal_digit(signal)
    state.calling += digit
    if signal == codes.NOT_ACCEPTED:
        state.calling = ""
    elif not digit and signal != codes.END:
        core.violation("4.2", f"forward signal {signal} in place of a calling digit")
    if digit and len(state.calling) < (core.config.calling_digits or CALLING_MAX):
        _reply(core, _NEXT_CALLING[core.config.variant], Stage.CALLING)
    elif state.whole:
        _reply(core, CHANGEOVER, Stage.GROUP_II)
    else:
        _reply(core, NEXT, Stage.DIGIT)


def _group_ii(core: Core, signal: int) -> None:
    state = core.state
    state.kd = signal
    if not state.asked or not core.china:
        state.category = codes.category_of("KD" if core.china else "II", signal)
    if state.refusal:
        _last(core, codes.signal_of(_table_b(core), state.refusal))
        return
    state.stage = Stage.OFFERED
    core.out.append(SetupInd(state.called, state.calling, state.category))


def _early(core: Core, signal: int) -> None:
    """Another signal where our user has not spoken yet: the one before it has gone unanswered."""
    core.violation("4.1", f"forward signal {signal} before the one before it was answered")


STAGES: Final[dict[Stage, OnTone]] = {
    Stage.DIGIT: _digit, Stage.VERDICT: _early, Stage.CATEGORY: _category, Stage.CALLING: _calling,
    Stage.GROUP_II: _group_ii, Stage.OFFERED: _early,
}  # fmt: skip
"""What the register expects -> what it does with a forward signal."""


# -- our user ----------------------------------------------------------------------------------------------------------


def _table_b(core: Core) -> str:
    return codes.table_b(core.config.variant, core.state.kd)


def _last(core: Core, signal: int) -> None:
    _reply(core, signal, Stage.LAST)


def more(core: Core) -> None:
    """Ask for the next digit, for the calling number before it where the order is so."""
    state = core.state
    if state.stage is not Stage.VERDICT:
        return
    if core.config.ask_calling and core.config.calling_first and not state.asked:
        _ask_calling(core)
    else:
        _reply(core, NEXT, Stage.DIGIT)


def _ask_calling(core: Core) -> None:
    core.state.asked = True
    _reply(core, _CATEGORY[core.config.variant], Stage.CATEGORY)


def complete(core: Core) -> None:
    """The called number is complete: ask for the calling one, or change over to group B.

    It may become so while the next digit is awaited; then nothing but the changeover can be sent, as a pulse.
    """
    state = core.state
    if state.stage not in (Stage.VERDICT, Stage.DIGIT) or state.refusal:
        return
    state.whole = True
    if state.backward or state.pulse:
        return
    if core.config.ask_calling and not state.asked and state.forward:
        _ask_calling(core)
    else:
        _reply(core, CHANGEOVER, Stage.GROUP_II)


def accept(core: Core, charge: bool) -> None:
    """The line is free: B6, B7 or KB1."""
    if core.state.stage is Stage.OFFERED:
        core.state.accepted = True
        _last(core, codes.free_signal(_table_b(core), charge))


def refuse(core: Core, cause: int) -> None:
    """End the call by a register signal: congestion at once, anything else in group B (Q.474).

    Where none can be sent any more, or none yet as there is no register, clear-forward is all that is waited for.
    """
    state = core.state
    core.end_call(cause, False)
    if state.stage is Stage.WAITING:
        core.end_incoming(cause, False)
    elif state.stage is Stage.LAST:
        state.accepted = False
    elif not state.refusal:
        state.refusal = cause
        if state.stage is Stage.OFFERED:
            _last(core, codes.signal_of(_table_b(core), cause))
        elif state.stage is Stage.VERDICT or not (state.forward or state.backward or state.pulse):
            _refuse_now(core)


def _refuse_now(core: Core) -> None:
    if core.state.stage is Stage.GROUP_II:
        return
    if core.state.refusal in codes.CONGESTIONS:
        _last(core, CONGESTION)
    else:
        _reply(core, CHANGEOVER, Stage.GROUP_II)


# -- timers ------------------------------------------------------------------------------------------------------------


def no_forward(core: Core) -> None:
    """No forward signal: the calling number may be missing, the called one and the group II signal may not (Q.476)."""
    state = core.state
    if state.stage in (Stage.CATEGORY, Stage.CALLING) and state.whole and not state.refusal:
        _reply(core, CHANGEOVER, Stage.GROUP_II)
        return
    core.alarm("5.5", f"no forward signal, {state.stage.name.lower()} expected")
    cause = codes.INCOMPLETE if state.stage is Stage.DIGIT else codes.TIMER_EXPIRY
    core.end_call(cause, False)
    state.refusal = state.refusal or cause
    if state.stage in (Stage.DIGIT, Stage.VERDICT, Stage.CATEGORY, Stage.CALLING):
        _last(core, CONGESTION)
    else:
        core.end_incoming(cause, False)


def forward_stays(core: Core) -> None:
    core.alarm("5.5", f"forward signal {core.state.forward} does not end")
    core.end_incoming(codes.TIMER_EXPIRY, False)
