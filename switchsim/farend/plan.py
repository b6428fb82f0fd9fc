"""What a caller means to do, as data: a plan is a list of steps that begins when the call is connected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Union

import msgspec

from switchsim.dsp.sources import DtmfShape
from switchsim.errors import one_of
from switchsim.farend.chance import Constant, Duration, problems_of
from switchsim.farend.hearing import PARTY, WORDS
from switchsim.units import ms

DIGITS: Final = frozenset("0123456789ABCD*#")
MOST_DIGITS: Final = 32


class _Step(msgspec.Struct, frozen=True, tag_field="do", tag=str.lower, forbid_unknown_fields=True):
    pass


class Listen(_Step, frozen=True):
    """Hear a prompt to its end, then react. No name: any prompt, or a sound that may be one.

    until: a cue point of the named prompt; the caller goes on when it hears it, without a pause for thought. at_cycles:
    where it lies (`located` sets it), -1 = none.
    """

    prompt: str = ""
    until: str = ""
    at_cycles: int = -1


class Dial(_Step, frozen=True):
    """DTMF through the speech path; levels a frequency. `wrong` is dialled by the callers who err (Plan.wrong_ppm)."""

    digits: str
    wrong: str = ""
    on_cycles: int = ms(100)
    off_cycles: int = ms(100)
    low_mdbm0: int = -9_000  # GB/T 15279 class: low group -9, high group -7 dBm
    high_mdbm0: int = -7_000
    low_ppm: int = 0  # offset of the frequency, as high_ppm
    high_ppm: int = 0
    ramp_cycles: int = 0  # each digit rises and falls over as many

    @property
    def shape(self) -> DtmfShape:
        """How the telephone sounds it; raises ValueError with the range of what can not be sounded."""
        return DtmfShape(
            on_cycles=self.on_cycles, off_cycles=self.off_cycles, low_mdbm0=self.low_mdbm0, high_mdbm0=self.high_mdbm0,
            low_ppm=self.low_ppm, high_ppm=self.high_ppm, ramp_cycles=self.ramp_cycles)  # fmt: skip


class Say(_Step, frozen=True):
    """Speak a prompt once, into whatever is heard (barge-in); what is spoken otherwise goes on after it."""

    prompt: str


class Wait(_Step, frozen=True):
    """Until that is heard: quiet, party, tone, prompt, sound, mix, dead. `party` waits for a person to answer."""

    what: str = PARTY
    which: str = ""


class Speak(_Step, frozen=True):
    """Speak (the watermark) from now on; dialling interrupts it."""


class Hush(_Step, frozen=True):
    """Say nothing from now on."""


class Pause(_Step, frozen=True):
    cycles: int


class Hold(_Step, frozen=True):
    """Talk for so long, counted from first hearing a person (from now if none was heard), then go on.

    -1: the call's own drawn holding time.
    """

    cycles: int = -1


class Stay(_Step, frozen=True):
    """Leave the hanging up to the other side."""


Step = Union[Listen, Dial, Say, Wait, Speak, Hush, Pause, Hold, Stay]  # noqa: UP007 - msgspec reads it at run time

TO_AN_AGENT: Final[tuple[Step, ...]] = (Wait(), Speak(), Hold())


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hearing this prompt (`wrong number, please ...`) sends the caller back to a step."""

    prompt: str
    step: int = 0


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller's behaviour. After the last step it hangs up.

    reaction: from the end of a prompt, or the decision to go, to the act. patience: how long it waits for a person,
    from the SETUP on, 0 = for ever; both only where the call itself brings none.
    """

    steps: tuple[Step, ...] = TO_AN_AGENT
    again: tuple[Again, ...] = ()
    reaction: Duration = Constant(ms(300))
    hold: Duration = Constant(ms(3_000))
    patience: Duration = Constant(0)
    dead_cycles: int = ms(2_000)  # so long a dead line is endured
    wrong_ppm: int = 0  # callers in a million who dial the wrong digits first

    def after_waiting(self) -> int:
        """Index of the step that follows the wait for a person; 0 when the plan has no such wait."""
        for index, step in enumerate(self.steps):
            if isinstance(step, Wait) and step.what == PARTY:
                return index + 1
        return 0


Cues = Mapping[str, Mapping[str, int]]
"""Prompt -> cue point -> cycle from the prompt's beginning."""


def located(plan: Plan, cues: Cues) -> Plan:
    """The plan with the places of its cue points; those that are none are left as they are."""
    steps = tuple(
        msgspec.structs.replace(step, at_cycles=cues.get(step.prompt, {}).get(step.until, -1))
        if isinstance(step, Listen) and step.until else step
        for step in plan.steps
    )  # fmt: skip
    return msgspec.structs.replace(plan, steps=steps)


def plan_problems(plan: Plan, prompts: Collection[str], cues: Cues | None = None) -> list[str]:
    """What is wrong with a plan, in words, for the loader; `prompts`: the names that the machine knows."""
    found = [f"again: no prompt {row.prompt!r}; expected {one_of(prompts)}"
             for row in plan.again if row.prompt not in prompts]  # fmt: skip
    found += [f"again: no step {row.step}" for row in plan.again if not 0 <= row.step < len(plan.steps)]
    for name in ("reaction", "hold", "patience"):
        found += [f"{name}: {text}" for text in problems_of(getattr(plan, name))]
    if not 0 <= plan.wrong_ppm <= 1_000_000:
        found.append(f"wrong_ppm {plan.wrong_ppm}; expected 0..1000000")
    for index, step in enumerate(plan.steps):
        found += [f"step {index}: {text}" for text in _step_problems(step, prompts, cues or {})]
    return found


def _step_problems(step: Step, prompts: Collection[str], cues: Cues) -> list[str]:
    if isinstance(step, Listen | Say) and (step.prompt or isinstance(step, Say)) and step.prompt not in prompts:
        return [f"no prompt {step.prompt!r}; expected {one_of(prompts)}"]
    if isinstance(step, Listen) and step.until and step.until not in cues.get(step.prompt, {}):
        known = one_of(cues.get(step.prompt, {}))
        return [f"prompt {step.prompt!r} has no cue point {step.until!r}; expected {known}"]
    if isinstance(step, Wait):
        return [] if step.what in WORDS else [f"{step.what!r}; expected one of {', '.join(WORDS)}"]
    if isinstance(step, Pause) and step.cycles < 0:
        return ["cycles below 0"]
    return _dial_problems(step) if isinstance(step, Dial) else []


def _dial_problems(step: Dial) -> list[str]:
    found = [
        f"{digits!r} is not 1..{MOST_DIGITS} of 0-9 A-D * #"
        for digits in (step.digits, step.wrong or "0")
        if not (1 <= len(digits) <= MOST_DIGITS and DIGITS.issuperset(digits))
    ]
    if step.off_cycles < 1:
        found.append("off_cycles are at least 1")
    try:
        _ = step.shape
    except ValueError as error:
        found.append(str(error))
    return found
