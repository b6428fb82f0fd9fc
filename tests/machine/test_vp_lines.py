"""Lines to voice processors in machine files: what is refused, where, and what the loader makes of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_bench import MACHINES

from switchsim.assembly import build
from switchsim.assembly.built import Machine
from switchsim.callcentre.vp import Vp
from switchsim.errors import BadInput

PLAIN = (MACHINES / "voiced.yaml").read_text(encoding="utf-8")
LINES = "  - names: vp-0..vp-1\n    signalling: {kind: vp, vp: 0}\n"


def built(folder: Path, text: str, **more: object) -> Machine:
    path = folder / "voiced.yaml"
    path.write_text(text, encoding="utf-8")
    return build(path, seed=1, journal_sink=lambda _: None, **more)  # type: ignore[arg-type]


def wrong(folder: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadInput) as found:
        built(folder, text)
    return [(problem.line, problem.what, problem.expected) for problem in found.value.problems]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_all_31_timeslots_of_a_line_are_voice_channels(tmp_path: Path) -> None:
    machine = built(tmp_path, PLAIN)
    vp = machine.part("callcentre/vp/0")
    assert isinstance(vp, Vp)
    assert [(line.name, [channel.timeslot for channel in line.channels]) for line in vp.config.lines] == [
        ("vp-0", list(range(1, 32))), ("vp-1", list(range(1, 32)))]
    assert len({unit for _, _, channel in vp.units for unit in (channel.speaks, channel.hears)}) == 4 * 31
    assert not [link for link in machine.layout.links if link.name.startswith("vp")]
    assert "vp-0" not in machine.layout.exchanges


def test_lines_belong_to_the_voice_processor_that_they_name(tmp_path: Path) -> None:
    text = PLAIN.replace(LINES, "  - {names: vp-a, signalling: {kind: vp, vp: 1}}\n"
                                "  - {names: vp-b, signalling: {kind: vp, vp: 0}}\n")  # fmt: skip
    machine = built(tmp_path, text)
    names = [[line.name for line in machine.part(f"callcentre/vp/{n}").config.lines] for n in (0, 1)]  # type: ignore[attr-defined]
    assert names == [["vp-b"], ["vp-a"]]


def test_four_cards_are_the_most_for_a_voice_processor(tmp_path: Path) -> None:
    text = PLAIN.replace("0-1: dtm", "0-2: dtm").replace("vp-0..vp-1", "vp-0..vp-3")
    built(tmp_path, text)
    text = text.replace("seats:\n", "  - names: vp-4\n    signalling: {kind: vp, vp: 0}\nseats:\n", 1)
    place = line_of(text, "vp-4") + 1
    assert wrong(tmp_path, text) == [
        (place, "5 lines to voice processor 0", "at most 4 E1 cards; take another vp")]
    built(tmp_path, text.replace("names: vp-4\n    signalling: {kind: vp, vp: 0}",
                                 "names: vp-4\n    signalling: {kind: vp, vp: 1}"))  # fmt: skip


def test_a_voice_processor_needs_a_platform(tmp_path: Path) -> None:
    text = PLAIN[: PLAIN.index("platform:")].replace("{ivr: talk, otherwise: sales, wait: 10s}", "{queue: sales}")
    found = wrong(tmp_path, text)
    assert (line_of(text, "kind: vp"), "vp-0 leads to a voice processor, but there is no platform",
            "a `platform`") in found  # fmt: skip


@pytest.mark.parametrize("spec", ["{kind: vp}", "{kind: vp, vp: 16}", "{kind: vp, vp: x}", "{kind: vp, vp: 0, cic: 1}"])
def test_the_signalling_of_a_voice_line_is_its_vp_alone(spec: str, tmp_path: Path) -> None:
    text = PLAIN.replace("{kind: vp, vp: 0}", spec)
    assert [line for line, _, _ in wrong(tmp_path, text)] == [line_of(text, spec)]


def test_lines_need_trunk_boards_like_any_other(tmp_path: Path) -> None:
    text = PLAIN.replace("vp-0..vp-1", "vp-0..vp-3")
    assert [what for _, what, _ in wrong(tmp_path, text)] == ["boards for 4 lines, but 5 are named"]


def test_a_program_can_stand_for_a_voice_channel(tmp_path: Path) -> None:
    machine = built(tmp_path, PLAIN, attached=[("vp-0", 5, "raw")])
    slots = [channel.timeslot for channel in machine.part("callcentre/vp/0").config.lines[0].channels]  # type: ignore[attr-defined]
    assert 5 not in slots
    assert len(slots) == 30
