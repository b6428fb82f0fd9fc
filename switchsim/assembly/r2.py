"""Lines with R2 signalling in machine files: ITU, or China No.1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from switchsim.assembly.yamltypes import Duration, Strict, wrong
from switchsim.errors import one_of
from switchsim.proto.r2 import TIMERS as R2_TIMERS
from switchsim.proto.r2 import R2Config

FIXED_BITS = {"itu": 0b01, "china": 0b11}
"""Bits c, d that are sent (Q.421 2.1; GF 002-9002)."""


def _r2_timer(value: str) -> str:
    if value not in R2_TIMERS:
        raise wrong(f"no timer {value!r}", one_of(R2_TIMERS))
    return value


R2Timer = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$"), AfterValidator(_r2_timer)]


class R2Spec(Strict):
    """Trunk circuits with R2 signalling: line signals in timeslot 16 (Q.421), compelled register signals (Q.440).

    variant: itu, or China No.1. calls: which way they may begin. cd: the fixed bits c, d that are sent, by default 01,
    and 11 in China. ask_calling: the machine asks for the calling party's category and number. calling_first: it asks
    so behind the first digit, not behind the last (China). calling_digits: so many, 0 until the signal for the end.
    toll: ordinary calls are toll calls (China: KD 2, and KB is read so), not local ones.
    """

    kind: Literal["r2"]
    variant: Literal["itu", "china"] = "itu"
    calls: Literal["both", "in", "out"] = "both"
    cd: Annotated[int, Field(ge=0, le=3)] | None = None
    ask_calling: bool = True
    calling_first: bool = False
    calling_digits: Annotated[int, Field(ge=0, le=20)] = 0
    toll: bool = False
    timers: dict[R2Timer, Duration] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _toll_means_something(self) -> R2Spec:
        if self.toll and self.variant != "china":
            raise wrong(f"toll: true says nothing to variant {self.variant}, which has no KD signals",
                        "variant: china with it", "remove toll, or set variant: china", where=("toll",))
        return self

    def config(self) -> R2Config:
        """As the protocol takes it; both ends of a line are set up alike."""
        cd = self.cd if self.cd is not None else FIXED_BITS[self.variant]
        return R2Config(
            variant=self.variant, cd=cd, ask_calling=self.ask_calling, calling_first=self.calling_first,
            calling_digits=self.calling_digits, both_way=self.calls == "both", toll=self.toll, timers=self.timers,
        )  # fmt: skip
