"""Services of machine files: what happens to a call for a number, step by step."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from switchsim.assembly.kinds import Prompt, Word
from switchsim.assembly.ranges import spread_each
from switchsim.assembly.yamltypes import Duration, Many, Strict
from switchsim.units import seconds

LineName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Digits = Annotated[str, Field(pattern=r"^[0-9*#]{1,20}$")]


class AnnounceStep(Strict):
    """Play prompts to the end."""

    announce: Annotated[Many[Prompt], Field(min_length=1, max_length=16)]


class MenuSpec(Strict):
    """Play prompts, take one DTMF digit; `choices`: digit -> service."""

    prompts: Annotated[Many[Prompt], Field(min_length=1, max_length=16)]
    choices: Annotated[dict[Annotated[str, Field(pattern=r"^[0-9A-D*#]$")], Word], Field(min_length=1)]
    timeout: Duration = 40_000
    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    otherwise: Word


class MenuStep(Strict):
    menu: MenuSpec


class QueueStep(Strict):
    queue: Word


class SeatStep(Strict):
    """Ring one seat without a queue."""

    seat: Digits
    no_answer: Duration = 160_000


class HoldStep(Strict):
    """Answer, and stay for a while."""

    hold: Duration


class DialSpec(Strict):
    """A circuit of the first of `lines` that has one; `number`: the called one unless given. `otherwise`: the service
    of calls for which the network had no resources, here or further on; without it they are cleared."""

    number: Annotated[str, Field(pattern=r"^[0-9*#]{0,20}$")] = ""
    lines: Annotated[
        Many[LineName], Field(min_length=1, max_length=64),
        BeforeValidator(spread_each, json_schema_input_type=list[str]),
    ]  # fmt: skip
    otherwise: Word | None = None


class DialStep(Strict):
    """Go on to another exchange, whose answer is the caller's answer."""

    dial: DialSpec


class IvrStep(Strict):
    """Let a flow of the platform serve the call; it answers the caller when it likes."""

    ivr: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}(/[0-9*#]{1,20})?$")]
    otherwise: Word
    wait: Duration = seconds(2)


class ClearStep(Strict):
    """Clear with this cause (Q.850)."""

    clear: Annotated[int, Field(ge=1, le=127)]


def _first_key(value: Any) -> str:
    if isinstance(value, dict):
        return next((str(key) for key in value if key in _STEPS), "")
    return next(iter(getattr(value, "model_fields_set", ())), "")


_STEPS = ("announce", "menu", "queue", "seat", "hold", "dial", "ivr", "clear")
StepSpec = Annotated[
    Annotated[AnnounceStep, Tag("announce")] | Annotated[MenuStep, Tag("menu")] | Annotated[QueueStep, Tag("queue")]
    | Annotated[SeatStep, Tag("seat")] | Annotated[HoldStep, Tag("hold")] | Annotated[DialStep, Tag("dial")]
    | Annotated[IvrStep, Tag("ivr")] | Annotated[ClearStep, Tag("clear")],
    Discriminator(_first_key),
]  # fmt: skip
