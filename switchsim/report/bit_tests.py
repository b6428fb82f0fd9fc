"""What bit error rate tests found: one row a measurement, in the order in which they ended."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.line_events import PatternResult

_DIGITS: Final = 2


class BitTestFigures(msgspec.Struct, frozen=True):
    """A measurement of test set `test`, which checks at `end` of the line (G.821).

    bits, errors: compared while in sync, wrong ones. bit_error_ratio: of them, as 1.2e-4; `` when nothing was compared.
    The seconds are whole ones; errored and severely errored ones are of available time alone.
    """

    test: str
    line: str
    end: str
    timeslots: str
    pattern: str
    bits: int
    errors: int
    bit_error_ratio: str
    seconds: int
    errored_seconds: int
    severely_errored_seconds: int
    unavailable_seconds: int
    availability_percent: float
    sync_losses: int
    slips: int

    def told(self) -> str:
        """For people."""
        place = f"{self.pattern} in timeslots {self.timeslots} of {self.line}, checked at the {self.end} end"
        ratio = f"BER {self.bit_error_ratio} ({self.errors} of {self.bits} bits)" if self.bits else "never in sync"
        quality = f"ES {self.errored_seconds}, SES {self.severely_errored_seconds}, UAS {self.unavailable_seconds}"
        available = f"{self.availability_percent} % of {self.seconds} s available"
        return f"{place}: {ratio}, {quality}, {available}, sync losses {self.sync_losses}, slips {self.slips}"


def ratio_text(part: int, whole: int) -> str:
    """part of whole with two digits, `1.2e-4`; `0` when there is none, `` of nothing. Rounded half up, no floats."""
    if not whole:
        return ""
    if not part:
        return "0"
    exponent = 0
    while part * 10**exponent < whole:
        exponent += 1
    scaled = (2 * part * 10 ** (exponent + _DIGITS - 1) + whole) // (2 * whole)
    if scaled >= 10**_DIGITS:  # 9.96 is 10.0
        scaled, exponent = scaled // 10, exponent - 1
    return f"{scaled // 10}.{scaled % 10}e-{exponent}" if exponent else f"{scaled // 10}.{scaled % 10}"


class BitTests:
    """Give it every record."""

    def __init__(self) -> None:
        self.found: list[BitTestFigures] = []

    def take(self, record: Record) -> None:
        if isinstance(record.event, PatternResult):
            self.found.append(_figures(record.place.rpartition("/")[2], record.event))


def _figures(test: str, event: PatternResult) -> BitTestFigures:
    available = event.seconds - event.unavailable_seconds
    return BitTestFigures(
        test=test, line=event.line, end=event.end, timeslots=event.timeslots, pattern=event.pattern,
        bits=event.bits, errors=event.errors, bit_error_ratio=ratio_text(event.errors, event.bits),
        seconds=event.seconds, errored_seconds=event.errored_seconds,
        severely_errored_seconds=event.severely_errored_seconds, unavailable_seconds=event.unavailable_seconds,
        availability_percent=(1000 * available // event.seconds) / 10 if event.seconds else 100.0,
        sync_losses=event.sync_losses, slips=event.slips,
    )  # fmt: skip
