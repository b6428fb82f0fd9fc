"""Steps upon signalling links of other machines: D channels, 24-bit labels, transfer points; any text in their keys."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whole_runs import Inside

from switchsim.errors import BadInput
from switchsim.model.events import (
    Event,
    FaultFired,
    FrameReceived,
    FrameSent,
    MessageDelivered,
    PartyState,
    UnitCrafted,
    UnitTampered,
    decode_line,
)
from switchsim.report.journal import JournalReader
from switchsim.report.pcapng import taps_of, write_taps
from switchsim.scenario.prepare import prepare
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

CAPTURES = Path(__file__).parents[2] / "scenarios" / "faults" / "signalling" / "captures"
LOAD = '[{name: rush, shape: poisson, rate: 120/min, numbers: ["10000"], start: %s, stop: %s}]'


def events(folder: Path, machine: str, steps: str, *, seconds: int = 5, load: str = "[]") -> list[Event]:
    path = folder / "s.yaml"
    path.write_text(f"format: 1\nmachine: {machine}\nseed: 5\nseconds: {seconds}\nload: {load}\ntimeline:\n{steps}",
                    encoding="utf-8")  # fmt: skip
    inside = Inside(prepare(path))
    inside.go()
    (folder / "journal.jsonl").write_bytes(inside.octets)
    return [decode_line(line).event for line in bytes(inside.octets).splitlines()[1:]]


def those(found: list[Event], kind: type[Any], **fields: Any) -> list[Any]:
    return [one for one in found if isinstance(one, kind)
            and all(getattr(one, name) == value for name, value in fields.items())]  # fmt: skip


@pytest.mark.parametrize(("end", "kind"), [("far", FrameReceived), ("machine", FrameSent)])
def test_recorded_frames_are_played_on_a_d_channel(end: str, kind: type[Event], tmp_path: Path) -> None:
    quiet = events(tmp_path, "one_e1_pri", "  - {at: 4s, stop: true}\n", seconds=4)
    frames = list(taps_of(JournalReader(tmp_path / "journal.jsonl")))
    write_taps(tmp_path / "d.pcapng", frames)
    play = f'  - {{at: 2s, play: {{capture: d.pcapng, link: "e1-0:16", end: {end}, only: [1], speed: 1000}}}}\n'
    played = events(tmp_path, "one_e1_pri", play, seconds=4)
    octets = frames[0].octets.hex()
    assert len(those(played, kind, octets=octets)) == len(those(quiet, kind, octets=octets)) + 1


def test_messages_of_a_24_bit_network_are_met_by_name(tmp_path: Path) -> None:
    values = "{message: TUP_IAM TUP_IAI IAM, dpc: 131586}"
    met = events(tmp_path, "china_ss7", '  - {at: 1s, fault: message_set, where: {link: "e1-0:16", end: far}, '
                 'values: {message: TUP_IAM TUP_IAI IAM, field: sls, add: 1}}\n', seconds=8,
                 load=LOAD % ("2s", "6s"))  # fmt: skip
    assert len(those(met, UnitTampered, action="set")) > 3
    none = events(tmp_path, "china_ss7", f'  - {{at: 1s, fault: unit_drop, where: {{link: "e1-0:16", end: far}}, '
                  f'values: {values}}}\n', seconds=8, load=LOAD % ("2s", "6s"))  # fmt: skip
    assert not those(none, FaultFired), "no message goes to that point"


def test_hand_made_units_have_24_bit_labels_there(tmp_path: Path) -> None:
    told = events(tmp_path, "china_ss7", '  - {at: 2s, send: {link: "e1-0:16", end: far, '
                  'unit: "MTP3(opc=2, dpc=1, sls=7)/ISUP(cic=7)/ANM()"}}\n')  # fmt: skip
    (made,) = those(told, UnitCrafted)
    assert made.octets.startswith("85" + "010000" + "020000" + "07")


def test_a_unit_from_a_transfer_point_and_through_it(tmp_path: Path) -> None:
    steps = ('  - {at: 6s, send: {link: "e1-0:16", end: stp_a, unit: "MTP3(opc=2, dpc=1)/ISUP(cic=9)/ANM()"}}\n'
             '  - {at: 6s, send: {link: "stp_b:city:0", end: city, unit: "MTP3(opc=2, dpc=1)/ISUP(cic=8)/ANM()"}}\n')
    told = events(tmp_path, "stp_pair_ss7", steps, seconds=7)
    assert [one.octets for one in those(told, MessageDelivered) if one.octets[4:6] == "09"][:2] == [
        "09000900", "08000900"]  # fmt: skip


@pytest.mark.parametrize(("line", "circuit"), [("e1-0", 2), ("e1-1", 2)])
def test_a_caller_is_named_by_his_line_although_his_exchange_has_several(
    line: str, circuit: int, tmp_path: Path
) -> None:
    steps = ('  - {at: 2s, act: {who: exchange city, do: call, number: "10000"}}\n'
             f'  - {{at: 2500ms, act: {{who: "caller {line}:{circuit}", do: hang_up}}}}\n')  # fmt: skip
    told = events(tmp_path, "two_links_ss7", steps, seconds=4)
    assert bool(those(told, PartyState, state="hangs_up")) == (line == "e1-0"), "the call is on e1-0:2"


def staged(folder: Path, text: str) -> str:
    """The problems of a scenario, empty when it could begin."""
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    try:
        Staged(prepare(folder / "s.yaml"), Sinks(), Teller(), StopSignal())
    except BadInput as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("machine", "step", "words"), [
    ("stp_pair_ss7", 'send: {link: "stp_a:city:0", end: far, unit: "85 00 00 00 00"}',
     "stp_a:city:0 has no end 'far'; expected one of stp_a, city"),
    ("one_e1_pri", 'send: {link: "e1-0:16", end: far, unit: "85 00 00 00 00"}', "e1-0:16 is a D channel"),
    ("two_links_ss7", 'act: {who: "caller city:2", do: hang_up}', "'caller city:2'; expected one of e1-0, e1-1"),
    ("two_links_ss7", 'act: {who: "caller e1-1:16", do: hang_up}', "expected a timeslot with a person: one of 1, 2, 3"),
    ("one_e1_pri", 'fault: link_cut, where: {link: "e1-0:16", end: far}', "link_cut: e1-0:16 is a D channel"),
    ("one_e1_pri", 'play: {capture: two_calls.pcapng, link: "e1-0:16", end: far}',
     "0 times an interface with LAPD; expected one"),
    ("china_ss7", 'fault: tfp_flood, where: {link: "e1-0:16", end: far}, values: {point: 16777216, every: 5ms}',
     "point: 16777216 is out of range; expected 0..16777215"),
])  # fmt: skip
def test_what_a_machine_has_not_is_refused(machine: str, step: str, words: str, tmp_path: Path) -> None:
    shutil.copy(CAPTURES / "two_calls.pcapng", tmp_path)
    told = staged(tmp_path, f"format: 1\nmachine: {machine}\nseconds: 5\ntimeline:\n  - {{at: 1s, {step}}}\n")
    assert words in told
    assert ":5: " in told


def test_the_end_of_an_outside_program_is_not_ours(tmp_path: Path) -> None:
    told = staged(tmp_path, 'format: 1\nmachine: one_e1_ss7\nseconds: 5\nsut: {attach: ["e1-0:16=ss7:unix:/x"]}\n'
                  'timeline: [{at: 1s, fault: link_cut, where: {link: "e1-0:16", end: far}}]\n')  # fmt: skip
    assert "its far end is an outside program" in told


SOUND = """format: 1
machine: two_links_ss7
seconds: 5
timeline:
  - {at: 1s, fault: unit_set, where: {link: "e1-0:16", end: far}, values: {field: fsn, add: 3, message: IAM, every: 2}}
  - {at: 1s, fault: rel_storm, where: {link: "e1-1:16", end: machine}, values: {cic: 4, every: 20ms, cause: 31}}
  - {at: 2s, send: {link: "e1-0:16", end: far, unit: "MTP3(opc=2, dpc=1)/ISUP(cic=5)/REL(cause=16)", times: 2}}
  - {at: 3s, play: {capture: two_calls.pcapng, link: "e1-0:16", end: far, only: [1-9, IAM], set: {cic: 9}}}
"""
WORDS = ("fsn", "3", "IAM", "20ms", "4", "31", '"e1-0:16"', "far", "two_calls.pcapng", "1-9", "cic", "REL", "5", "16")


def test_the_steps_are_sound(tmp_path: Path) -> None:
    shutil.copy(CAPTURES / "two_calls.pcapng", tmp_path)
    assert staged(tmp_path, SOUND) == ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(WORDS), st.one_of(
    st.text(alphabet="abcIAMREL0123456789-:,.{}[]()/'=\" ", max_size=12), st.sampled_from(WORDS),
    st.sampled_from(("-1", "null", "true", "1e99", "{}", "[]", "99999999999999999999", '"\\0"', "../../etc/passwd"))))
def test_any_word_in_a_step_is_taken_or_refused_with_a_line(tmp_path: Path, word: str, other: str) -> None:
    shutil.copy(CAPTURES / "two_calls.pcapng", tmp_path)
    told = staged(tmp_path, SOUND.replace(word, other, 1))
    assert not told or told.startswith(str(tmp_path / "s.yaml"))
