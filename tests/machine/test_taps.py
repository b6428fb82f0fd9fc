"""Taps of lines: they hear what passes, at the machine's end; the machine does not hear them."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from whole_runs import ROOT, Inside, shortened

from switchsim.assembly import Machine, build
from switchsim.errors import BadInput, ExitCode
from switchsim.model.events import FrameReceived, FrameSent, UnitReceived, UnitSent, decode_line
from switchsim.report.folder import AUDIO, TAPS, read_run_info
from switchsim.scenario.capture import read_capture
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.replay import replay
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import seconds

MACHINES = ROOT / "boards" / "machines"
SCENARIO = ROOT / "scenarios" / "smoke" / "taps.yaml"
LINE_CYCLES, IDLE, ONES = 8, 0xD5, 0xFF
TAPS_OF_DEMO = {"record": ["agent 1001", "line e1-0:1 sent", "line e1-3:31 received"],
                "capture": ["e1-0:16 both", "e1-0:1 received"]}  # fmt: skip
Told = list[tuple[int, bytes]]


def staged(folder: Path, text: str, **changes: Any) -> Inside:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return Inside(prepare(path), **changes)


def scenario(folder: Path, machine: str, steps: str, record: Sequence[str] = (), capture: Sequence[str] = ()) -> Inside:
    """Ten seconds of one call after the other to the first circuit."""
    text = f"""format: 1
machine: {machine}
seed: 3
seconds: 10
drained: false
load:
  - name: c
    shape: burst
    calls: 1
    every: 4s
    start: 1s
    numbers: ["10000"]
    plan: [{{do: wait}}, {{do: speak}}, {{do: stay}}]
timeline: [{steps}]
record: {list(record)}
capture: {list(capture)}
"""
    return staged(folder, text)


def sounds(machine: Machine) -> dict[str, bytes]:
    return dict(machine.recordings())


# -- sound -----------------------------------------------------------------------------------------------------------

TIMESLOT = ["caller e1-0:1", "line e1-0:1 received", "line e1-0:1 sent"]


def test_what_is_sent_reaches_the_caller_a_line_later(tmp_path: Path) -> None:
    one = scenario(tmp_path, "one_e1_pri", "", TIMESLOT)
    one.go()
    heard = sounds(one.machine)
    caller, received, sent = (heard[who.replace(" ", "-").replace(":", "-")] for who in TIMESLOT)
    assert len(caller) == len(received) == len(sent) == seconds(10)
    assert caller[LINE_CYCLES:] == sent[:-LINE_CYCLES]
    assert len(set(sent)) > 5, "the agent speaks"
    assert len(set(received)) > 5, "so does the caller"
    assert received[: seconds(1)] == bytes([IDLE]) * seconds(1)


@pytest.mark.parametrize(("directions", "damaged"), [(1, "received"), (2, "caller")])
def test_a_cut_is_heard_behind_it_alone(tmp_path: Path, directions: int, damaged: str) -> None:
    """The tap of what is sent stands before the line, that of what is received behind it."""
    cut = f"{{at: 4s, fault: line_cut, where: {{line: e1-0}}, values: {{directions: {directions}}}}}"
    one = scenario(tmp_path, "one_e1_pri", cut, TIMESLOT)
    one.go()
    after = slice(seconds(4) + LINE_CYCLES, seconds(4) + 800)
    dead = {name for name, octets in sounds(one.machine).items() if set(octets[after]) == {ONES}}
    assert dead == {"line-e1-0-1-received" if damaged == "received" else "caller-e1-0-1"}


# -- frames ----------------------------------------------------------------------------------------------------------


def journalled(one: Inside, kind: type[Any], link: str) -> Told:
    records = [decode_line(line) for line in bytes(one.octets).splitlines()[1:]]
    return [(record.at, bytes.fromhex(record.event.octets)) for record in records
            if isinstance(record.event, kind) and record.event.link == link and record.place.startswith("frame")]


def tapped(machine: Machine, name: str) -> Told:
    return [(at, octets) for tap, at, octets in machine.frames if tap == name and isinstance(octets, bytes)]


@pytest.mark.parametrize(("direction", "kind", "least", "most"),
                         [("received", FrameReceived, 0, 16), ("sent", FrameSent, -4000, -1)])
def test_frames_of_a_d_channel_are_those_of_the_journal(
    tmp_path: Path, direction: str, kind: type[Any], least: int, most: int
) -> None:
    """The journal tells of a frame when its board takes it, or gives it to the line."""
    one = scenario(tmp_path, "one_e1_pri", "", capture=["e1-0:16 both"])
    one.go()
    told, seen = journalled(one, kind, "e1-0:16"), tapped(one.machine, f"e1-0:16 {direction}")
    assert len(seen) > 10
    assert [octets for _, octets in seen] == [octets for _, octets in told][: len(seen)]
    assert len(told) - len(seen) <= 1, "at most one is under way when the run ends"
    assert all(least <= at - ended <= most for (at, _), (ended, _) in zip(told, seen, strict=False))


@pytest.mark.parametrize(("direction", "kind"), [("received", UnitReceived), ("sent", UnitSent)])
def test_units_of_a_link_are_those_of_the_journal_and_their_repetitions(
    tmp_path: Path, direction: str, kind: type[Any]
) -> None:
    one = scenario(tmp_path, "one_e1_ss7", "", capture=[f"e1-0:16 {direction}"])
    one.go()
    seen = tapped(one.machine, f"e1-0:16 {direction}")
    once = [octets for octets, _ in groupby(octets for _, octets in seen)]
    told = [octets for _, octets in journalled(one, kind, "e1-0:16")]
    assert once[: len(told) - 1] == told[:-1]
    assert len(seen) > 10_000, "fill-in units fill the line"
    gaps = [later - at for (at, _), (later, _) in pairwise(seen)]
    assert max(gaps) < 100, "and leave no gap"


def test_bad_units_are_told_with_their_reason(tmp_path: Path) -> None:
    storm = "{at: 3s, fault: bad_unit_storm, where: {link: 'e1-0:16', end: far}, values: {every: 100ms}, for: 1s}"
    one = scenario(tmp_path, "one_e1_ss7", storm, capture=["e1-0:16 both"])
    one.go()
    bad = [(tap, at, why) for tap, at, why in one.machine.frames if isinstance(why, str)]
    assert {(tap, why) for tap, _, why in bad} == {("e1-0:16 received", "fcs")}
    assert 9 <= len(bad) <= 11
    assert all(seconds(3) <= at <= seconds(4) + 100 for _, at, _ in bad)


def test_a_plant_is_tapped_at_any_of_its_machines() -> None:
    capture = ["south-pri:16 both", "north-0:16 received"]
    machine = build(MACHINES / "two_cities.yaml", seed=1, journal_sink=len, capture=capture,
                    record=["line south-pri:1 sent"])  # fmt: skip
    machine.power_on()
    machine.run(seconds(1))
    frames = {tap: list(told) for tap, told in groupby(sorted(machine.frames), key=lambda row: row[0])}
    assert set(frames) == {"south-pri:16 received", "south-pri:16 sent", "north-0:16 received"}
    assert frames["south-pri:16 sent"] != frames["south-pri:16 received"]
    assert [name for name, _ in machine.recordings()] == ["south-line-south-pri-1-sent"]


# -- the machine does not notice -------------------------------------------------------------------------------------


def demo_digest(folder: Path, batch: int | None = None, **changes: Any) -> str:
    return staged(folder, shortened(8, **changes), batch=batch).go()


def test_taps_change_nothing(tmp_path: Path) -> None:
    """With and without them, in batches of any length, the journal is the same; with another seed it is not."""
    plain = demo_digest(tmp_path, record=[])
    assert demo_digest(tmp_path, **TAPS_OF_DEMO) == plain
    assert demo_digest(tmp_path, **TAPS_OF_DEMO, batch=8) == plain
    assert demo_digest(tmp_path, **TAPS_OF_DEMO, seed=10061) != plain


def test_what_taps_bring_does_not_depend_on_the_batch(tmp_path: Path) -> None:
    found = []
    for batch in (1, 8, 160):
        one = staged(tmp_path, shortened(4, **TAPS_OF_DEMO), batch=batch)
        one.go()
        found.append((one.machine.frames, one.machine.recordings()))
    assert found[0] == found[1] == found[2]
    assert found[0][0]


# -- files of a run --------------------------------------------------------------------------------------------------


def finished(folder: Path, prepared: Prepared) -> ExitCode:
    with StopSignal() as stop:
        return run(prepared, RunOptions(out=folder), Teller(), stop).exit_code


def test_a_run_leaves_its_taps_and_replays_without_them(tmp_path: Path) -> None:
    assert finished(tmp_path / "run", prepare(SCENARIO)) == ExitCode.PASSED
    capture = read_capture((tmp_path / "run" / TAPS).read_bytes(), TAPS)
    assert [one.name for one in capture.interfaces] == ["e1-0:16 received", "e1-0:16 sent", "e1-1:16 received"]
    assert {one.link_type for one in capture.interfaces} == {140}
    ways = {(one.interface, one.direction) for one in capture.packets}
    assert ways == {(0, "received"), (1, "sent"), (2, "received")}
    assert sorted(path.name for path in (tmp_path / "run" / AUDIO).iterdir()) == [
        "caller-e1-0-2.wav", "line-e1-0-2-received.wav", "line-e1-0-2-sent.wav"]
    assert replay(tmp_path / "run").difference is None


def test_a_run_that_breaks_off_leaves_what_its_taps_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours at 5 s: the files are complete up to the last second before it."""
    drained = Machine.drain_recorders

    def fails(machine: Machine) -> None:
        drained(machine)
        if machine.kernel.now >= seconds(5):
            raise ZeroDivisionError

    monkeypatch.setattr(Machine, "drain_recorders", fails)
    with pytest.raises(ZeroDivisionError):
        finished(tmp_path / "run", prepare(SCENARIO))
    sound = (tmp_path / "run" / AUDIO / "line-e1-0-2-sent.wav").read_bytes()
    assert len(sound) == seconds(5) + 58
    last = read_capture((tmp_path / "run" / TAPS).read_bytes(), TAPS).packets[-1]
    assert seconds(5) - 8 <= last.at_ns // 125_000 < seconds(5)
    assert not list((tmp_path / "run").rglob("*.part"))


def test_a_full_disk_is_told_and_what_was_recorded_stays(tmp_path: Path) -> None:
    """No file grows beyond 600,000 octets: the capture is the first to be full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    try:
        assert finished(tmp_path / "run", prepare(SCENARIO)) == ExitCode.OUTPUT
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    info = read_run_info(tmp_path / "run")
    assert (info.state, TAPS in info.problem) == ("output", True)
    assert not (tmp_path / "run" / TAPS).exists(), "it is not complete"
    assert len(list((tmp_path / "run" / AUDIO).glob("*.wav"))) == 3


@pytest.mark.parametrize(("key", "text", "words"), [
    ("record", "line e1-9:1 sent", "no line 'e1-9'; expected one of e1-0, e1-1"),
    ("record", "line e1-0:32 sent", "e1-0 has no timeslot 32; expected 1..31"),
    ("record", "line e1-0:0 sent", "e1-0 has no timeslot 0; expected 1..31"),
    ("record", "line e1-0:1 both", "'line e1-0:1 both' does not fit; expected agent NUMBER, caller"),
    ("record", "nobody", "'nobody' does not fit"),
    ("record", "caller e1-0:77", "e1-0 has no timeslot 77; expected 1..31"),
    ("record", "agent 9", "nobody is 'agent 9'; expected agent NUMBER"),
    ("capture", "e1-7:16 both", "no line 'e1-7'; expected one of e1-0, e1-1"),
    ("capture", "e1-0:32 sent", "e1-0 has no timeslot 32; expected 1..31"),
    ("capture", "e1-0:16", "'e1-0:16' does not fit; expected LINE:TIMESLOT received, sent or both"),
    ("capture", "e1-0 both", "'e1-0 both' does not fit"),
])
def test_taps_of_nothing_are_refused_at_their_line(tmp_path: Path, key: str, text: str, words: str) -> None:
    """Line 6 of the file; the tap before is good."""
    good = {"record": "line e1-0:1 sent", "capture": "e1-0:16 sent"}[key]
    with pytest.raises(BadInput) as caught:
        staged(tmp_path, f"format: 1\nmachine: two_links_ss7\nseconds: 1\n{key}:\n  - {good}\n  - {text}\n")
    assert words in str(caught.value)
    assert "s.yaml:6:" in str(caught.value)


def test_a_recording_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is recorded already"):
        staged(tmp_path, "format: 1\nmachine: two_links_ss7\nseconds: 1\nrecord: [caller e1-0:1, caller e1-0:1]\n")


def test_a_plant_refuses_what_none_of_its_machines_has() -> None:
    for key, text in (("capture", "east-0:16 both"), ("record", "line east-0:1 sent"), ("record", "agent 77777")):
        with pytest.raises(BadInput, match="no machine of the plant has that"):
            build(MACHINES / "two_cities.yaml", seed=1, journal_sink=len, **{key: [text]})
