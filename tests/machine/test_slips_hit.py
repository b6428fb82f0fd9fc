"""What a slip hits: an octet of a recording, a DTMF digit, a signal unit of No.7; and that nothing else comes of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from whole_runs import Inside, prepared

from switchsim.errors import ExitCode
from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallRecord,
    DigitHeard,
    LineSlip,
    MessageDelivered,
    MessageSent,
    PartyDials,
    SignallingLink,
    UnitSent,
    decode_line,
)
from switchsim.scenario.checks import CheckRun, built_in_checks
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import seconds

MENU = """format: 1
machine: b_type_small
seed: 5
seconds: 20
load:
  - name: menu
    shape: burst
    calls: 1
    every: 1h
    start: 2s
    numbers: ["10060"]
    lines: [e1-0]
    plan: [{do: listen, prompt: menu}, {do: dial, digits: "1"}, {do: wait}, {do: speak}, {do: hold, time: 8s}]
record: ["line e1-0:1 received", "line e1-0:1 sent", agent 1001]
"""
OFFSETS = """timeline:
  - {at: 8355ms, fault: clock_offset, where: {clock: e1-0}, values: {ppm: PPM}, for: 300ms}
  - {at: 12s, fault: clock_offset, where: {clock: e1-0}, values: {ppm: PPM}, for: 400ms}
"""
"""The first slip comes 1813 cycles after the clock went off: within the digit, and within speech."""
TONE = range(68_504, 68_504 + 850)
"""From the caller's wish to dial, 100 ms of tone."""


class Heard:
    """A run of the menu: its records and recordings."""

    def __init__(self, folder: Path, text: str, *, bits: bool = False) -> None:
        finished = run(prepared(folder, text), RunOptions(out=folder / "run", bits=bits), Teller(), StopSignal())
        assert finished.exit_code == ExitCode.PASSED
        self.folder = folder / "run"
        self.records = [decode_line(line) for line in (self.folder / "journal.jsonl").read_bytes().splitlines()[1:]]

    def audio(self, name: str) -> bytes:
        octets = (self.folder / "audio" / f"{name}.wav").read_bytes()
        return octets[octets.index(b"data") + 8 :]

    def of(self, *kinds: type[Event]) -> list[Record]:
        return [one for one in self.records if isinstance(one.event, kinds)]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    return Heard(tmp_path_factory.mktemp("clean"), MENU)


@pytest.fixture(scope="module", params=[(500, False), (-500, False), (500, True)], ids=["lost", "repeated", "bits"])
def slipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    ppm, bits = request.param
    return Heard(tmp_path_factory.mktemp("slipped"), MENU + OFFSETS.replace("PPM", str(ppm)), bits=bits)


def slips(heard: Heard, end: str) -> list[tuple[int, str]]:
    return [(one.at, one.event.how) for one in heard.of(LineSlip)
            if isinstance(one.event, LineSlip) and (one.event.line, one.event.end) == ("e1-0", end)]  # fmt: skip


def differences(one: bytes, other: bytes) -> list[int]:
    assert len(one) == len(other)
    return [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


def test_the_first_slip_lies_within_the_digit(clean: Heard, slipped: Heard) -> None:
    assert [one.at for one in clean.of(PartyDials)] == [TONE.start]
    assert [at in TONE for at, _ in slips(slipped, "machine")] == [True, False]


def test_the_digit_is_heard_once_all_the_same(clean: Heard, slipped: Heard) -> None:
    for kind in (DigitHeard, CallAnswered, CallRecord):
        assert [one.event for one in slipped.of(kind)] == [one.event for one in clean.of(kind)]
    assert [one.event.digit for one in slipped.of(DigitHeard) if isinstance(one.event, DigitHeard)] == ["1"]


def test_one_octet_of_a_recording_is_another_at_each_slip(clean: Heard, slipped: Heard) -> None:
    """The octet before stands in its place, or the next one; all others are as they were."""
    sound, hit = (heard.audio("line-e1-0-1-received") for heard in (clean, slipped))
    found = differences(sound, hit)
    assert len(found) == 2
    for at, (slip, how) in zip(found, slips(slipped, "machine"), strict=True):
        assert 0 <= at - slip <= 8
        assert hit[at] == sound[at + 1 if how == "lost" else at - 1]


def test_what_the_machine_sends_is_untouched_but_the_agent_hears_the_slip(clean: Heard, slipped: Heard) -> None:
    assert differences(clean.audio("line-e1-0-1-sent"), slipped.audio("line-e1-0-1-sent")) == []
    heard = differences(clean.audio("agent-1001"), slipped.audio("agent-1001"))
    _, (second, _) = slips(slipped, "machine")
    assert len(heard) == 1
    assert 0 < heard[0] - second < 64


# -- No.7 --------------------------------------------------------------------------------------------------------------

SS7 = """format: 1
machine: one_e1_ss7
seed: 7
seconds: 66
load:
  - {name: rush, shape: poisson, rate: 700/min, numbers: ["10000"], start: 2s, stop: 56s, hold: 1s, patience: 15s}
"""
FAST = """timeline:
  - {at: 1s, fault: clock_offset, where: {clock: e1-0}, values: {ppm: 50}}
"""


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Inside:
    inside = Inside(prepared(tmp_path_factory.mktemp("ss7"), SS7 + FAST))
    inside.go()
    return inside


@pytest.fixture(scope="module")
def units(link: Inside) -> list[Record]:
    return [decode_line(line) for line in bytes(link.octets).splitlines()[1:]]


def repeated(records: list[Record]) -> int:
    """Message signal units that the machine sends again: the FSN does not go on by one."""
    sent = [bytes.fromhex(one.event.octets) for one in records if isinstance(one.event, UnitSent)]
    numbers = [unit[1] & 127 for unit in sent if unit[2] & 63 > 2]
    return sum(later != (earlier + 1) & 127 for earlier, later in pairwise(numbers))


def test_a_link_of_no_7_stays_in_service_at_50_ppm(units: list[Record]) -> None:
    """A unit in 2.5 s is far below what the signal unit error rate monitor lets pass (Q.703 10.2)."""
    assert sum(isinstance(one.event, LineSlip) for one in units) == 2 * 26
    states = [one.event.state for one in units if isinstance(one.event, SignallingLink)]
    assert "failed" not in states
    assert states.count("in_service") <= 2


def test_units_that_slips_hit_are_sent_again(units: list[Record], tmp_path: Path) -> None:
    assert repeated(units) >= 1
    clean = Inside(prepared(tmp_path, SS7))
    clean.go()
    assert repeated([decode_line(line) for line in bytes(clean.octets).splitlines()[1:]]) == 0


def test_no_message_is_lost_or_doubled(link: Inside, units: list[Record]) -> None:
    sent, came = (sum(isinstance(one.event, kind) for one in units) for kind in (MessageSent, MessageDelivered))
    assert sent == came > 2000
    checks = CheckRun(built_in_checks(link.staged.settings()))
    for one in units:
        checks.take(one)
    outcomes = {result.name: result.outcome.name for result in checks.finish(seconds(66))}
    assert outcomes["signalling.sequence"] == "PASSED"
    assert "FAILED" not in outcomes.values()
