"""Machine files: how the main processor treats defects and load, what receivers accept, how long bins are."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from switchsim.assembly.yamltypes import Duration, Many, Strict, duration_in, wrong
from switchsim.dsp.dtmf import LIMITS
from switchsim.errors import one_of
from switchsim.units import ms, seconds

DEFAULT = "default"


class CircuitsSpec(Strict):
    """Service persistence: when a defect of a line, or of its board, takes No.7 circuits out of service."""

    out_after: Duration = ms(2_500)
    back_after: Duration = seconds(10)


class MeasurementSpec(Strict):
    """Traffic measurement."""

    bin: Annotated[int, duration_in(seconds(1))] = seconds(900)


def _limits(value: str) -> str:
    if value not in LIMITS:
        raise wrong(f"no limits {value!r}", one_of(LIMITS))
    return value


class ReceiversSpec(Strict):
    """What all DTMF receivers of the machine accept and refuse: a set of limits by name (Q.24 annex A, and others)."""

    limits: Annotated[str, AfterValidator(_limits), Field(json_schema_extra={"enum": sorted(LIMITS)})] = DEFAULT


Cost = Annotated[int, Field(ge=0, le=1_000_000)]
Percents = Annotated[Many[Annotated[int, Field(ge=1, le=1_000)]], Field(min_length=2, max_length=2)]


class CostsSpec(Strict):
    """Microseconds of the real processor."""

    message: Cost = 100
    layer3: Cost = 300
    msu: Cost = 400
    timer: Cost = 50
    call: Cost = 1_000


class ProcessorSpec(Strict):
    """The load model of the main processor, and the per cent at which overload levels 1 and 2 begin and end."""

    costs_us: CostsSpec = CostsSpec()
    overload_begins: Percents = (85, 95)
    overload_ends: Percents = (70, 85)

    @model_validator(mode="after")
    def _in_order(self) -> ProcessorSpec:
        begins, ends = self.overload_begins, self.overload_ends
        if begins[0] >= begins[1] or ends[0] >= ends[1]:
            raise wrong("level 2 is below level 1", "the higher per cent second")
        for level, (begin, end) in enumerate(zip(begins, ends, strict=True), 1):
            if end >= begin:
                raise wrong(f"overload level {level} ends at {end} %, not below its begin at {begin} %",
                            "an end below the begin")
        return self
