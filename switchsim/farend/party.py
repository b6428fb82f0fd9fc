"""A caller: a person who reacts to what is heard, and to nothing else.

Sans-I/O: `CallerState` is changed by the functions below, which return actions for the exchange to carry out. The steps
of a plan are played by two tables: what a step does when it begins, and when what is heard changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Union

import msgspec

from switchsim.farend import plan as plans
from switchsim.farend.hearing import DEAD, MIX, PARTY, PROMPT, QUIET, SOUND, TONE
from switchsim.farend.plan import Dial, Hold, Hush, Listen, Pause, Plan, Speak, Stay, Step, Wait
from switchsim.units import ms

BUSY_LONGEST_CYCLES: Final = ms(900)
"""Busy, congestion and vacant tones have shorter bursts and gaps, ring-back longer ones (E.180, GF 002)."""


class CallerState(msgspec.Struct):
    """Plain values; cycles. Kept by the exchange, one a B channel, as new for each call."""

    plan: str = ""
    step: int = 0
    connected: bool = False
    talking: bool = False  # has heard a person
    leaving: bool = False
    speaking: bool = False
    dialling: bool = False  # digits, or a prompt, are spoken instead of what is spoken otherwise
    err: bool = False  # dials the wrong digits next time
    hold: int = 0
    patience: int = 0  # 0 = for ever
    reaction: int = 0
    since: int = 0  # what is heard now began
    what: str = QUIET
    which: str = ""
    met: int = 0  # Listen: 1 once the prompt was heard
    talk_since: int = 0
    tone_end: int = -1  # end of the last burst of tone, -1 = none


class Say(msgspec.Struct, frozen=True):
    """Speak the watermark, or nothing."""

    mark: bool


class SendDigits(msgspec.Struct, frozen=True):
    digits: str
    step: Dial


class Play(msgspec.Struct, frozen=True):
    """Say a prompt once."""

    prompt: str


class Timer(msgspec.Struct, frozen=True):
    """(Re)start a timer: step, patience, dead."""

    name: str
    cycles: int


class NoTimer(msgspec.Struct, frozen=True):
    name: str


class Leave(msgspec.Struct, frozen=True):
    """Hang up. why: hangs_up, abandons."""

    why: str


class Met(msgspec.Struct, frozen=True):
    """A person was heard for the first time."""


Action = Union[Say, SendDigits, Play, Timer, NoTimer, Leave, Met]  # noqa: UP007
Actions = list[Action]


def called(caller: CallerState) -> Actions:
    """The SETUP left: patience runs from here."""
    return [Timer("patience", caller.patience)] if caller.patience else []


def connected(caller: CallerState, plan: Plan, now: int) -> Actions:
    """CONNECT: the plan begins, behind its waiting when a person can be heard already."""
    actions: Actions = []
    if caller.leaving:
        return actions
    caller.connected = True
    met = caller.what in (PARTY, MIX)
    if met:
        _meet(caller, actions)
    _begin(caller, plan, plan.after_waiting() if met else 0, now, actions)
    return actions


def heard(caller: CallerState, plan: Plan, what: str, which: str, since: int, now: int) -> Actions:
    """What the ear hears changed at cycle `since`."""
    actions: Actions = []
    before, caller.what, caller.which = caller.what, what, which
    began, caller.since = caller.since, since
    if caller.leaving:
        return actions
    if what == DEAD:
        actions.append(Timer("dead", plan.dead_cycles))
    elif before == DEAD:
        actions.append(NoTimer("dead"))
    if before == TONE and _is_busy(caller, began, since):
        _go(caller, "hangs_up", actions)
    elif caller.connected:
        if what in (PARTY, MIX) and not caller.talking:
            _meet(caller, actions)
        _react(caller, plan, now, actions)
    return actions


def spoken(caller: CallerState, plan: Plan, now: int) -> Actions:
    """The digits are out, or the prompt is said."""
    actions: Actions = []
    if caller.dialling and not caller.leaving:
        caller.dialling = False
        if caller.speaking:
            actions.append(Say(True))
        if caller.step < len(plan.steps) and isinstance(plan.steps[caller.step], Dial | plans.Say):
            _begin(caller, plan, caller.step + 1, now, actions)
    return actions


def timed(caller: CallerState, plan: Plan, name: str, now: int) -> Actions:
    """A timer ran out."""
    actions: Actions = []
    if caller.leaving:
        return actions
    if name == "step":
        _begin(caller, plan, caller.step + 1, now, actions)
    else:
        _go(caller, "abandons" if name == "patience" else "hangs_up", actions)
    return actions


def dial(caller: CallerState, digits: str) -> Actions:
    """The person dials on its own account (an order)."""
    caller.dialling = True
    return [SendDigits(digits, Dial(digits))]


def leave(caller: CallerState) -> Actions:
    """The person hangs up on its own account (an order)."""
    actions: Actions = []
    if not caller.leaving:
        _go(caller, "hangs_up", actions)
    return actions


def _go(caller: CallerState, why: str, actions: Actions) -> None:
    caller.leaving = True
    actions += (NoTimer("step"), NoTimer("patience"), NoTimer("dead"), Leave(why))


def _is_busy(caller: CallerState, began: int, ended: int) -> bool:
    """A whole short burst after a short gap; the first burst may have begun before the ear was there."""
    gap = began - caller.tone_end if caller.tone_end >= 0 else BUSY_LONGEST_CYCLES
    caller.tone_end = ended
    return gap < BUSY_LONGEST_CYCLES and ended - began < BUSY_LONGEST_CYCLES


def _meet(caller: CallerState, actions: Actions) -> None:
    """A person answered: the waiting is over."""
    caller.talking, caller.talk_since = True, caller.since
    actions += (NoTimer("patience"), Met())


def _react(caller: CallerState, plan: Plan, now: int, actions: Actions) -> None:
    target = _elsewhere(caller, plan)
    if target >= 0:
        actions.append(NoTimer("step"))
        _begin(caller, plan, target, now, actions)
    elif caller.step < len(plan.steps):
        step = plan.steps[caller.step]
        handler = HEARD.get(type(step))
        if handler is not None:
            handler(caller, step, plan, now, actions)


def _elsewhere(caller: CallerState, plan: Plan) -> int:
    """The step to which what is heard sends the caller, whatever the present one; -1 = none."""
    if caller.talking:
        after = plan.after_waiting()
        return after if caller.step < after else -1
    if caller.what == PROMPT:
        for row in plan.again:
            if row.prompt == caller.which and row.step != caller.step:
                return row.step
    return -1


def _begin(caller: CallerState, plan: Plan, index: int, now: int, actions: Actions) -> None:
    """Begin steps from `index` on until one has to wait; past the last one the caller hangs up."""
    while index < len(plan.steps):
        caller.step, step = index, plan.steps[index]
        if not BEGIN[type(step)](caller, step, now, actions):
            return
        index += 1
    caller.step = index
    _go(caller, "hangs_up", actions)


# -- how a step begins: True when it is over at once ------------------------------------------------------------------


def _begin_listen(caller: CallerState, step: Listen, now: int, actions: Actions) -> bool:
    caller.met = int(_is_prompt(caller, step))
    if caller.met:
        _await_cue(caller, step, now, actions)
    return False


def _await_cue(caller: CallerState, step: Listen, now: int, actions: Actions) -> None:
    if step.at_cycles >= 0:
        actions.append(Timer("step", max(0, caller.since + step.at_cycles - now)))


def _begin_dial(caller: CallerState, step: Dial, now: int, actions: Actions) -> bool:
    digits = step.wrong if caller.err and step.wrong else step.digits
    caller.err = caller.err and not step.wrong
    caller.dialling = True
    actions.append(SendDigits(digits, step))
    return False


def _begin_say(caller: CallerState, step: plans.Say, now: int, actions: Actions) -> bool:
    caller.dialling = True
    actions.append(Play(step.prompt))
    return False


def _begin_wait(caller: CallerState, step: Wait, now: int, actions: Actions) -> bool:
    return _is_awaited(caller, step)


def _begin_speak(caller: CallerState, step: Speak, now: int, actions: Actions) -> bool:
    caller.speaking = True
    actions.append(Say(True))
    return True


def _begin_hush(caller: CallerState, step: Hush, now: int, actions: Actions) -> bool:
    caller.speaking = False
    actions.append(Say(False))
    return True


def _begin_pause(caller: CallerState, step: Pause, now: int, actions: Actions) -> bool:
    actions.append(Timer("step", step.cycles))
    return False


def _begin_hold(caller: CallerState, step: Hold, now: int, actions: Actions) -> bool:
    length = caller.hold if step.cycles < 0 else step.cycles
    already = now - caller.talk_since if caller.talking else 0
    actions.append(Timer("step", max(0, length - already)))
    return False


def _begin_stay(caller: CallerState, step: Stay, now: int, actions: Actions) -> bool:
    return False


# -- what a step makes of what is heard -------------------------------------------------------------------------------


def _is_prompt(caller: CallerState, step: Listen) -> bool:
    if caller.what == PROMPT:
        return step.prompt in ("", caller.which)
    return caller.what == SOUND and not step.prompt


def _listens(caller: CallerState, step: Listen, plan: Plan, now: int, actions: Actions) -> None:
    if _is_prompt(caller, step):
        if caller.met:
            actions.append(NoTimer("step"))  # it goes on, or the next one begins
        caller.met = 1
        _await_cue(caller, step, now, actions)
    elif caller.met and caller.what != SOUND:  # a sound is the prompt, damaged
        actions.append(Timer("step", caller.reaction))


def _is_awaited(caller: CallerState, step: Wait) -> bool:
    alike = caller.what == step.what or (step.what == PARTY and caller.what == MIX)
    return alike and step.which in ("", caller.which)


def _waits(caller: CallerState, step: Wait, plan: Plan, now: int, actions: Actions) -> None:
    if _is_awaited(caller, step):
        _begin(caller, plan, caller.step + 1, now, actions)


BEGIN: Final[dict[type[Step], Callable[[CallerState, Any, int, Actions], bool]]] = {
    Listen: _begin_listen,
    Dial: _begin_dial,
    plans.Say: _begin_say,
    Wait: _begin_wait,
    Speak: _begin_speak,
    Hush: _begin_hush,
    Pause: _begin_pause,
    Hold: _begin_hold,
    Stay: _begin_stay,
}
HEARD: Final[dict[type[Step], Callable[[CallerState, Any, Plan, int, Actions], None]]] = {
    Listen: _listens,
    Wait: _waits,
}
