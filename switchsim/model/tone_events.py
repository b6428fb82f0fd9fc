"""Journal events of tone meters: what a listener beside a speech path measured."""

from __future__ import annotations

from switchsim.model.event import Event

# -- tone meters -------------------------------------------------------------------------------------------------------


class DigitMeasured(Event, frozen=True):
    """A DTMF digit has ended. who: as `listen` of the scenario names it. since: the cycle in which it was recognised.

    Levels of both frequencies in 0.01 dBm0; twist_cdb: the upper above the lower, 0.01 dB; offsets from nominal in
    0.01 %. cycles: its length.
    """

    who: str
    digit: str
    since: int
    low_cdbm0: int
    high_cdbm0: int
    twist_cdb: int
    low_offset: int
    high_offset: int
    cycles: int


class ToneMeasured(Event, frozen=True):
    """A tone has ended. hz: its frequencies, `450`, `350+440`. Levels in 0.01 dBm0; of a single tone both are its own.

    since: the cycle in which it was recognised. cycles: its length.
    """

    who: str
    hz: str
    since: int
    lower_cdbm0: int
    upper_cdbm0: int
    cycles: int


class SignalRecognised(Event, frozen=True):
    """A call progress signal was recognised by its cadence, or (empty) it is heard no more: dial, ring_back, busy ...,
    as the machine's tone set names them."""

    who: str
    signal: str
