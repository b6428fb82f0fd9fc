"""Signalling broken on purpose: every shipped scenario passes, runs are repeatable, and mistakes are told by line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from whole_runs import Inside, prepared

from switchsim.errors import BadInput, ExitCode
from switchsim.faults.signalling import LINK_FAULTS
from switchsim.kernel.snapshot import restore, take
from switchsim.model.events import (
    FaultFired,
    FaultUndone,
    SignallingLink,
    UnitCrafted,
    UnitSent,
    UnitTampered,
    decode_line,
)
from switchsim.report.folder import read_run_info
from switchsim.scenario.prepare import prepare
from switchsim.scenario.replay import replay
from switchsim.scenario.runner import Finished, RunOptions, run
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import seconds

FOLDER = Path(__file__).parents[2] / "scenarios" / "faults" / "signalling"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
TWICE = ("rel_storm", "both_links", "play_raw", "stp_pair_talk")
CAPTURE = "captures/two_calls.pcapng"


def played(path: Path, folder: Path) -> Finished:
    return run(prepare(path), RunOptions(out=folder), Teller(), StopSignal())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_passes(path: Path, tmp_path: Path) -> None:
    finished = played(path, tmp_path / "run")
    assert finished.exit_code == ExitCode.PASSED, finished.verdict


@pytest.mark.parametrize("path", SCENARIOS[::8], ids=lambda path: path.stem)
def test_without_what_breaks_it_a_scenario_fails(path: Path, tmp_path: Path) -> None:
    sound = prepare(path)
    expect = tuple(entry for entry in sound.scenario.expect if entry.kind != "fault")
    sound = replace(sound, scenario=sound.scenario.model_copy(update={"timeline": (), "expect": expect}))
    assert run(sound, RunOptions(out=tmp_path / "run"), Teller(), StopSignal()).exit_code == ExitCode.FAILED


def test_every_fault_of_a_link_has_a_scenario() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in SCENARIOS)
    elsewhere = {"message_set", "message_corrupt", "unit_storm"}  # below, in the run with storms
    assert {name for name in LINK_FAULTS if f"fault: {name}" not in texts} == elsewhere


@pytest.mark.parametrize("name", TWICE)
def test_the_same_again_is_the_same_to_the_last_octet(name: str) -> None:
    first, second = (Inside(prepare(FOLDER / f"{name}.yaml"), batch) for batch in (160, 8))
    assert first.go() == second.go()


def test_a_capture_travels_in_the_run_folder(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    (folder / "captures").mkdir(parents=True)
    for name in ("play_calls.yaml", CAPTURE):
        shutil.copy(FOLDER / name, folder / name)
    finished = played(folder / "play_calls.yaml", tmp_path / "run")
    shutil.rmtree(folder)
    assert replay(finished.folder).difference is None
    (kept,) = [one for one in read_run_info(finished.folder).files if one.role == "capture"]
    assert kept.name == CAPTURE
    (finished.folder / kept.copy).write_bytes(b"another")
    with pytest.raises(BadInput, match="was changed since the run"):
        replay(finished.folder)


STORMS = (
    ("lssu_storm", "e1-0:16", "far", "status: sib, every: 30ms"),
    ("rel_storm", "e1-1:16", "far", "cic: 1, circuits: 9, every: 70ms"),
    ("unit_storm", "e1-1:16", "machine", 'octets: "ffff02", every: 50ms'),
    ("unit_delay", "e1-1:16", "machine", "unit: msu, time: 40ms, every: 2"),
    ("unit_reorder", "e1-0:16", "machine", "unit: msu, every: 3"),
    ("unit_duplicate", "e1-0:16", "machine", "direction: received"),
    ("timer_skew", "e1-0:16", "far", "layer: isup, timer: all, percent: 50"),
    ("message_set", "e1-1:16", "machine", "message: ACM, field: sls, add: 1"),
    ("message_corrupt", "e1-1:16", "far", "message: REL, octet: 9, mask: 1"),
    ("link_cut", "e1-0:16", "machine", ""),
)


def all_at_once() -> str:
    text = "format: 1\nmachine: two_links_ss7\nseed: 40\nseconds: 14\n"
    text += 'load: [{name: rush, shape: poisson, rate: 120/min, numbers: ["10000"], start: 2s, stop: 8s}]\ntimeline:\n'
    for fault, link, end, values in STORMS:
        how = "at: 4s, for: 1s" if fault == "link_cut" else "at: 3s, for: 5s"
        text += f'  - {{{how}, fault: {fault}, where: {{link: "{link}", end: {end}}}, values: {{{values}}}}}\n'
    return text


def test_a_snapshot_in_the_middle_of_storms_goes_on_as_it_did(tmp_path: Path) -> None:
    storms = prepared(tmp_path, all_at_once())
    whole = Inside(storms)
    whole.begin()
    points = []
    for at in (23_000, 28_123, 36_007, 44_444, 52_001):
        whole.machine.run(at)
        points.append((at, len(whole.octets), take(whole.machine.kernel)))
    whole.end()
    events = [decode_line(line).event for line in bytes(whole.octets).splitlines()[1:]]
    assert sum(isinstance(one, FaultFired) for one in events) == 10
    assert sum(isinstance(one, FaultUndone) for one in events) == 10
    assert sum(isinstance(one, UnitTampered) for one in events) > 50
    assert sum(isinstance(one, UnitCrafted) for one in events) > 150
    for at, so_far, snapshot in points:
        again = Inside(storms)
        restore(again.machine.kernel, snapshot)
        again.end()
        assert bytes(again.octets) == bytes(whole.octets[so_far:]), f"restored at cycle {at}"


HEAD = 'format: 1\nmachine: two_links_ss7\nseconds: 5\ntimeline:\n  - {at: 1s, stop: true}\n  - {at: 1s, '
CUT = 'fault: link_cut, where: {link: "e1-0:16", end: machine}'
STORM = 'fault: lssu_storm, where: {link: "e1-0:16", end: far}, values: '
SET = 'fault: unit_set, where: {link: "e1-0:16", end: far}, values: '
SEND = 'send: {link: "e1-0:16", end: far, unit: '
PLAY = f'play: {{capture: {CAPTURE}, link: "e1-0:16", end: far'


@pytest.mark.parametrize(("step", "words"), [
    (CUT.replace("e1-0:16", "e1-9:16"), "no signalling link 'e1-9:16'; expected one of e1-0:16, e1-1:16; did you mean"),
    (CUT.replace("machine", "moon"), "e1-0:16 has no end 'moon'; expected one of machine, far, city"),
    (CUT.replace(", end: machine", ""), "link_cut: where: link; expected link, end"),
    (CUT + ", values: {octet: 256}", "link_cut: octet: 256 is out of range; expected 0..255"),
    (CUT + ", values: {directions: 3}", "unknown parameter 'directions'"),
    (CUT + ", values: {direction: up}", "link_cut: direction: 'up'; expected one of sent, received, both"),
    (STORM + "{status: sib}", "lssu_storm: every is missing"),
    (STORM + "{status: sib, every: 5}", "lssu_storm: every: '5'; expected a duration"),
    (STORM + "{status: sib, every: 1us}", "lssu_storm: every: '1us'; expected a duration"),
    (STORM + "{status: fisu, every: 5ms}", "status: 'fisu'; expected one of sio"),
    (SET + "{field: bsm, value: 1}", "field: 'bsm'; expected one of bsn"),
    (SET + "{field: bsn}", "unit_set: neither value nor add"),
    (SET + "{field: bsn, value: 1, add: 1}", "unit_set: both value and add"),
    (SET + "{field: bsn, value: 1, message: IAN}", "no 'IAN'; did you mean 'IAM'?"),
    (SET + "{field: bsn, value: 1, message: anm}", "no 'anm'; did you mean 'ANM'?"),
    (SET + "{field: bsn, value: 1, message: hello}", "no 'hello'; expected a message, as in COO, IAM or TUP_IAM"),
    (SET + "{field: bsn, value: 1, unit: frame}", "no 'frame'; expected one of fisu"),
    (SET.replace("unit_set", "unit_bad_fcs") + "{direction: received}", "direction: received; expected sent"),
    (SET.replace("unit_set", "unit_storm") + "{octets: xx, every: 5ms}", "3..276 octets in hexadecimal digits"),
    (SET.replace("unit_set", "rel_storm") + "{cic: 99, every: 5ms}", "no ISUP line has the circuit 99"),
    (SET.replace("unit_set", "tfp_flood") + "{point: 16384, every: 5ms}", "point: 16384 is out of range"),
    (SET.replace("unit_set", "timer_skew") + "{layer: mtp2, timer: t9, percent: 5}", "mtp2 has no timer 't9'"),
    (SEND + '"MTP3("}', "a unit that cannot be read"),
    (SEND + '"MTP2()", check: bad}', "check: bad in sequence; expected in_sequence: false"),
    (SEND + '"85", times: 0}', "0"),
    (PLAY.replace(CAPTURE, "none.pcap") + "}", "none.pcap: No such file or directory"),
    (PLAY.replace(CAPTURE, "bad.pcap") + "}", "bad.pcap: octet 4: the file header is cut off"),
    (PLAY + ", only: [IAN]}", "'IAN' names no packets"),
    (PLAY + ", only: [99]}", "0 packets to play"),
    (PLAY + ", interface: 7}", "0 times an interface 7 with MTP2; expected one; interface: one of 0 e1-0:16 (MTP2)"),
    (PLAY + ", set: {cics: 1}}", "no field 'cics'"),
    (PLAY + ", speed: 0}", "0"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(step: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "captures").mkdir()
    shutil.copy(FOLDER / CAPTURE, tmp_path / CAPTURE)
    (tmp_path / "bad.pcap").write_bytes(b"\xa1\xb2\xc3\xd4")
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + step + "}\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        Staged(prepare(path), Sinks(), Teller(), StopSignal())
    assert f"{path}:6: " in str(caught.value)
    assert words in str(caught.value)


def test_a_fault_that_meets_no_unit_makes_the_run_invalid(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    values = 'where: {link: "e1-0:16", end: far}, values: {message: IAM}'
    path.write_text(HEAD.replace("{at: 1s, stop: true}", f"{{at: 1s, fault: unit_drop, {values}}}") + "stop: true}\n",
                    encoding="utf-8")  # fmt: skip
    assert played(path, tmp_path / "run").exit_code == ExitCode.INVALID_RUN


@pytest.mark.parametrize(("times", "failures"), [(1, 0), (2, 2)])
def test_one_wrong_bsn_is_forgiven_and_two_of_three_are_not(times: int, failures: int, tmp_path: Path) -> None:
    """Q.703 5.3.1, whatever the terminal's count of repetitions says while the next unit is on its way up."""
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + SEND + f'"e3e300", in_sequence: false, times: {times}, every: 1cyc}}}}\n', encoding="utf-8")
    inside = Inside(prepare(path))
    inside.begin()
    inside.end()
    events = [decode_line(line).event for line in bytes(inside.octets).splitlines()[1:]]
    assert sum(isinstance(one, SignallingLink) and one.state == "failed" for one in events) == failures


def messages_sent(tmp_path: Path, rate: int, *steps: str) -> list[tuple[int, int]]:
    """Cycle and FSN of every message that the machine's end of e1-0:16 sends, with so many calls a minute."""
    path = tmp_path / "s.yaml"
    load = f'{{name: rush, shape: poisson, rate: {rate}/min, numbers: ["10000"], start: 1s, stop: 4s}}'
    text = "format: 1\nmachine: two_links_ss7\nseconds: 16\n" + (f"load: [{load}]\n" if rate else "") + "timeline:\n"
    path.write_text(text + "".join(f"  - {{{step}}}\n" for step in steps), encoding="utf-8")
    inside = Inside(prepare(path))
    inside.begin()
    inside.end()
    records = [decode_line(line) for line in bytes(inside.octets).splitlines()[1:]]
    sent = [(one.at, one.event) for one in records if isinstance(one.event, UnitSent)]
    units = [(at, bytes.fromhex(event.octets)) for at, event in sent if event.link == "e1-0:16"]
    return [(at, unit[1] & 127) for at, unit in units if unit[2] & 63 > 2]


REORDER = 'fault: unit_reorder, where: {link: "e1-0:16", end: machine}, values: '


def test_of_units_that_all_change_places_each_is_passed_by_the_next_alone(tmp_path: Path) -> None:
    """The one that comes next goes out before it, whether it was to change places with its next one or not."""
    sent = messages_sent(tmp_path, 200, "at: 2s, for: 2s, " + REORDER + "{unit: msu}")
    meanwhile = [fsn for at, fsn in sent if seconds(2) < at < seconds(4)]
    assert len(meanwhile) > 5
    assert any(later == (earlier - 1) & 127 for earlier, later in pairwise(meanwhile))


def test_a_unit_that_waits_for_the_next_one_goes_with_its_link(tmp_path: Path) -> None:
    """Nothing acknowledges it, so T7 ends the link; that begins with FSN 0: what a fault held back is of the past."""
    lonely = "at: 2100ms, " + SEND.replace("far", "machine") + '"850240001001001000"}'
    sent = messages_sent(
        tmp_path, 0, "at: 2s, for: 1s, " + REORDER + "{unit: msu}", f"at: 2050ms, for: 2s, {CUT}", lonely
    )
    assert [fsn for at, fsn in sent if at > seconds(2)][:2] == [0, 1]
