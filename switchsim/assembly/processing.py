"""Machine files: how the main processor treats defects and load, and how long a measurement bin is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from switchsim.assembly.yamltypes import Duration, Strict
from switchsim.units import ms, seconds


class CircuitsSpec(Strict):
    """Service persistence: when a defect of a line, or of its board, takes No.7 circuits out of service."""

    out_after: Duration = ms(2_500)
    back_after: Duration = seconds(10)


class MeasurementSpec(Strict):
    """Traffic measurement."""

    bin: Annotated[Duration, Field(ge=seconds(1))] = seconds(900)
