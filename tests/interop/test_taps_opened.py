"""Files of one run opened by other programs: waves by GTKWave's converter, recordings by sox, captures by tshark."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tshark_bench import complaints, fields

from switchsim.assembly.shipped import folder as shipped
from switchsim.errors import ExitCode
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

SECONDS, CYCLE_US = 14, 125
Waves = dict[str, list[tuple[int, str]]]
"""Full name -> (time, value)."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with taps, an alarm and a cut line."""
    path = tmp_path_factory.mktemp("taps") / "run"
    with StopSignal() as stop:
        done = run(prepare(shipped("scenarios") / "smoke" / "taps.yaml"), RunOptions(out=path), Teller(), stop)
    assert done.exit_code == ExitCode.PASSED, done.problem
    return path


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1:]]


# -- waves -----------------------------------------------------------------------------------------------------------


def read_vcd(text: str) -> tuple[Waves, str, int]:
    """Waves, time unit, last time: a reader of IEEE 1364 clause 18 as far as it is used, made for this test alone."""
    waves: Waves = {}
    names: dict[str, list[str]] = {}
    scopes: list[str] = []
    head, _, body = text.partition("$enddefinitions")
    words = head.split()
    unit = "".join(words[words.index("$timescale") + 1 : words.index("$end", words.index("$timescale"))])
    for at, word in enumerate(words):
        if word == "$scope":
            scopes.append(words[at + 2])
        elif word == "$upscope":
            scopes.pop()
        elif word == "$var":
            names.setdefault(words[at + 3], []).append("/".join([*scopes, words[at + 4]]))
    now = 0
    for line in map(str.strip, body.splitlines()):
        if line.startswith("#"):
            now = int(line[1:])
        elif line and not line.startswith("$"):
            value, _, code = line.partition(" ") if line[0] in "bs" else (line[0], "", line[1:])
            for name in names[code]:
                waves.setdefault(name, []).append((now, plain(value)))
    return waves, unit, now


def plain(value: str) -> str:
    """Leading zeros of vectors are the writer's affair."""
    return str(int(value[1:], 2)) if value[0] == "b" else value


@pytest.mark.peer("gtkwave", binary="vcd2fst")
def test_gtkwave_reads_the_waves_as_they_were_written(ran: Path, tmp_path: Path) -> None:
    """Into GTKWave's own format and back: names, time unit, every change, the end."""
    converted = subprocess.run(["vcd2fst", str(ran / "waves.vcd"), str(tmp_path / "w.fst")], capture_output=True,
                               text=True, timeout=60, check=True)  # fmt: skip
    assert "rror" not in converted.stdout + converted.stderr
    back = subprocess.run(["fst2vcd", str(tmp_path / "w.fst")], capture_output=True, text=True, timeout=60, check=True)
    assert read_vcd(back.stdout) == read_vcd((ran / "waves.vcd").read_text(encoding="ascii"))


def test_the_waves_show_what_the_journal_tells(ran: Path) -> None:
    waves, unit, end = read_vcd((ran / "waves.vcd").read_text(encoding="ascii"))
    assert (unit, end) == ("1us", SECONDS * 1_000_000)
    for kind, value in (("fault_fired", "1"), ("fault_undone", "0")):
        for at, number in [(one["at"] * CYCLE_US, one["fault"]) for one in journal(ran) if one["kind"] == kind]:
            (wave,) = [wave for name, wave in waves.items() if name.startswith(f"faults/{number}_")]
            assert (at, value) in wave
    links = {one["link"].replace(":", "_") for one in journal(ran) if one["kind"] == "signalling_link"}
    assert links == {"e1-0_16", "e1-1_16"}
    assert all(any(name.startswith(f"links/{link}/") for name in waves) for link in links)


# -- sound -----------------------------------------------------------------------------------------------------------


@pytest.mark.peer("sox", binary="sox")
@pytest.mark.parametrize("name", ["line-e1-0-2-received", "line-e1-0-2-sent", "caller-e1-0-2"])
def test_sox_reads_what_was_recorded(ran: Path, name: str) -> None:
    file = str(ran / "audio" / f"{name}.wav")
    told = subprocess.run(["sox", "--info", file], capture_output=True, text=True, timeout=60, check=True)
    assert told.stderr == ""
    facts = dict(line.split(":", 1) for line in told.stdout.splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    assert (facts["Channels"], facts["Sample Rate"], facts["Sample Encoding"]) == ("1", "8000", "8-bit A-law")
    assert f"= {SECONDS * 8000} samples" in facts["Duration"]
    raw = subprocess.run(["sox", file, "-t", "raw", "-e", "a-law", "-b", "8", "-"], capture_output=True, timeout=60)
    assert raw.stdout == Path(file).read_bytes()[58:], "octet for octet"
    assert len(set(raw.stdout)) > 5, "somebody spoke"


# -- frames ----------------------------------------------------------------------------------------------------------


@pytest.mark.peer("tshark", binary="tshark")
def test_tshark_finds_every_message_of_the_link_in_its_tap(ran: Path) -> None:
    """MSUs of ISUP in both directions, as often as the capture that is made of the journal has them."""
    told = {}
    for file in ("taps.pcapng", "signalling.pcapng"):
        rows = fields(ran / file, ("isup.message_type", "frame.p2p_dir"), "-Y", "isup && mtp3.dpc")
        told[file] = sorted((row["isup.message_type"][0], tuple(row.get("frame.p2p_dir", ()))) for row in rows)
    assert told["taps.pcapng"] == told["signalling.pcapng"]
    assert len(told["taps.pcapng"]) > 20


@pytest.mark.peer("tshark", binary="tshark")
def test_tshark_marks_what_the_noise_damaged(ran: Path) -> None:
    """On the link, within the second in which the fault acts; and it complains of nothing but what is marked."""
    bad = fields(ran / "taps.pcapng", ("frame.number", "frame.interface_name", "frame.time_epoch"),
                 "-Y", "frame.packet_flags_crc_error == 1")  # fmt: skip
    assert 9 <= len(bad) <= 11
    assert {row["frame.interface_name"][0] for row in bad} == {"e1-0:16 received"}
    assert all(3.0 <= float(row["frame.time_epoch"][0]) < 4.1 for row in bad)
    damaged = fields(ran / "taps.pcapng", ("frame.number",), "-Y", "frame.cap_len == 0")
    numbers = {int(row["frame.number"][0]) for row in damaged}
    assert {number for number, _ in complaints(ran / "taps.pcapng")} <= numbers
