"""Call progress signals by their cadence: the tables of China and E.180, tolerances, bursts that had begun before."""

from __future__ import annotations

import pytest

from switchsim.proto.cadence import QUIET, Cadence, Signal
from switchsim.units import ms, seconds


def row(name: str, *steps_ms: int, tone: str = "450") -> Signal:
    return Signal(name, tuple((QUIET if at % 2 else tone, ms(one)) for at, one in enumerate(steps_ms or (0,))))


CHINA = (
    row("dial"), row("special_dial", 400, 40), row("ring_back", 1000, 4000), row("busy", 350, 350),
    row("congestion", 700, 700), row("vacant", 100, 100, 100, 100, 100, 100, 400, 400),
    row("call_waiting", 400, 4000), row("record_warning", 400, 10_000, tone="950"),
)  # fmt: skip


class Listener:
    """Feeds a recogniser and asks it again when it wants to be."""

    def __init__(self, signals: tuple[Signal, ...] = CHINA) -> None:
        self.cadence = Cadence(signals)
        self.now = seconds(1)
        self.told: list[tuple[int, str]] = []

    def hear(self, tone: str, cycles: int) -> None:
        self._take(self.cadence.tone(tone, self.now))
        end = self.now + cycles
        while (due := self.cadence.due(self.now)) is not None and due < end:
            self.now = max(due, self.now + 1)
            self._take(self.cadence.look(self.now))
        self.now = end

    def _take(self, signal: str | None) -> None:
        if signal is not None:
            self.told.append((self.now, signal))

    @property
    def names(self) -> list[str]:
        return [signal for _, signal in self.told]

    def play(self, signal: Signal, times: int, *, stretch: int = 100, skip: int = 0) -> None:
        """skip: cycles of the first burst that were over before anybody listened."""
        for at in range(times * len(signal.steps)):
            tone, cycles = signal.steps[at % len(signal.steps)]
            self.hear(tone, cycles * stretch // 100 - (skip if at == 0 else 0))


CADENCED = [signal for signal in CHINA if signal.steps[0][1]]


@pytest.mark.parametrize("signal", CADENCED, ids=lambda signal: signal.name)
@pytest.mark.parametrize("stretch", [91, 100, 109])
def test_each_signal_within_ten_per_cent(signal: Signal, stretch: int) -> None:
    listener = Listener()
    listener.play(signal, 4, stretch=stretch)
    assert [name for name in listener.names if name] == [signal.name]


@pytest.mark.parametrize("signal", CADENCED, ids=lambda signal: signal.name)
@pytest.mark.parametrize("share", [25, 50, 75])
def test_a_first_burst_that_was_cut_short_names_no_other_signal(signal: Signal, share: int) -> None:
    """A switch often begins in the middle of a burst (facts: first short burst)."""
    listener = Listener()
    listener.play(signal, 4, skip=signal.steps[0][1] * share // 100)
    assert [name for name in listener.names if name][-1] == signal.name
    assert set(listener.names) <= {signal.name, ""}


def test_dial_tone_is_what_lasts_longer_than_every_burst() -> None:
    listener = Listener()
    listener.hear("450", seconds(3))
    (told,) = listener.told
    assert told[1] == "dial"
    assert told[0] - seconds(1) == seconds(1) + ms(100) + 1


@pytest.mark.parametrize(("signal", "within"), [("busy", 1060), ("congestion", 2110), ("ring_back", 1060)])
def test_how_soon(signal: str, within: int) -> None:
    """Busy and congestion with their second burst; ring-back with its first: no other one lasts so long."""
    listener = Listener()
    listener.play(next(one for one in CHINA if one.name == signal), 3)
    assert listener.told[0] == (listener.told[0][0], signal)
    assert listener.told[0][0] - seconds(1) <= ms(within)


def test_the_end_is_silence_longer_than_any_pause_of_the_signal() -> None:
    listener = Listener()
    listener.play(CHINA[3], 3)
    listener.hear(QUIET, seconds(2))
    assert listener.names == ["busy", ""]


def test_ring_back_then_busy() -> None:
    """The called party does not answer, the exchange gives up."""
    listener = Listener()
    listener.play(CHINA[2], 2)
    listener.play(CHINA[3], 4)
    assert [name for name in listener.names if name] == ["ring_back", "busy"]


@pytest.mark.parametrize("bursts", [[(200, 200)] * 6, [(350, 700)] * 4, [(30, 30)] * 20])
def test_other_cadences_are_none(bursts: list[tuple[int, int]]) -> None:
    listener = Listener()
    for on, off in bursts:
        listener.hear("450", ms(on))
        listener.hear(QUIET, ms(off))
    assert [name for name in listener.names if name] == []


def test_pairs_and_tones_in_turn() -> None:
    """United States ring-back and busy differ by their frequencies; the special information tone is three in turn."""
    sit = Signal("sit", (("950", ms(330)), ("1400", ms(330)), ("1800", ms(330)), (QUIET, seconds(1))))
    signals = (row("ring_back", 2000, 4000, tone="440+480"), row("busy", 500, 500, tone="480+620"), sit)
    for signal in signals:
        listener = Listener(signals)
        listener.play(signal, 3)
        assert [name for name in listener.names if name] == [signal.name]


def test_state_goes_on_from_a_copy() -> None:
    listener, other = Listener(), Listener()
    listener.play(CHINA[3], 1)
    other.cadence, other.now = Cadence(CHINA, listener.cadence.state), listener.now
    other.play(CHINA[3], 2)
    assert other.cadence.state.signal == "busy"
