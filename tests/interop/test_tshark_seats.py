"""tshark reads the D channels of seats in signalling.pcapng: a TEI a seat, and Q.931 messages it knows all of."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tshark_bench import complaints, fields

from switchsim.assembly.shipped import folder as shipped
from switchsim.cli.main import run_command_line
from switchsim.model.events import FrameReceived, FrameSent, decode_line
from switchsim.proto import seats
from switchsim.report.frames import read_lapd

pytestmark = pytest.mark.peer("tshark", binary="tshark")

FIELDS = ("frame.interface_name", "lapd.tei", "lapd.sapi", "frame.protocols", "q931.message_type", "q931.signal",
          "q931.display_information", "q931.keypad_facility", "q931.calling_party_number.digits",
          "q931.information_element", "q931.information_element.unknown")  # fmt: skip
REGISTER, INFORMATION = "0x64", "0x7b"
KEYPAD, ACTIVATION, INDICATION = "44", "56", "57"
"""Information elements 0x2c, 0x38 and 0x39, as tshark writes them."""
SCENARIO = """
format: 1
machine: seat_lines
seed: 8
seconds: 9
load: [{name: callers, shape: constant, rate: 60/min, numbers: ["10061", "10062"], stop: 4s, hold: 1s}]
timeline:
  - {at: 500ms, act: {who: agent 1008, do: dial, number: "1009"}}
  - {at: 4s, act: {who: agent 1008, do: release}}
"""


Rows = list[dict[str, list[str]]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seats")
    scenario = folder / "seats.yaml"
    scenario.write_text(SCENARIO)
    options = ["--path", str(shipped("boards") / "machines"), "--quiet", "--out", str(folder / "run")]
    with redirect_stdout(StringIO()) as said:
        assert run_command_line(["run", str(scenario), *options]) == 0, said.getvalue()
    return folder / "run"


def frames(run: Path) -> list[tuple[str, bytes]]:
    """(link, octets) of the D channels of seats, as the journal has them."""
    events: list[Any] = [decode_line(line).event for line in (run / "journal.jsonl").read_bytes().splitlines()[1:]]
    return [(event.link, bytes.fromhex(event.octets)) for event in events
            if isinstance(event, FrameSent | FrameReceived) and event.link.startswith("seat/")]  # fmt: skip


@pytest.fixture(scope="module")
def read(run: Path) -> Rows:
    """What tshark says of the same frames."""
    rows = fields(run / "signalling.pcapng", FIELDS)
    return [row for row in rows if row["frame.interface_name"][0].startswith("seat/")]


def test_tshark_has_nothing_to_say_against_any_frame(run: Path, read: Rows) -> None:
    assert complaints(run / "signalling.pcapng") == []
    assert not [row for row in read if "q931.information_element.unknown" in row]


def test_every_frame_is_there_with_its_tei(run: Path, read: Rows) -> None:
    """1001 to 1008 have TEI 0 on a D channel each; 1009 to 1016 have TEIs 0 to 7 on theirs."""
    found = [(row["frame.interface_name"][0], int(row["lapd.tei"][0])) for row in read]
    assert found == [(link, octets[1] >> 1) for link, octets in frames(run)]
    teis = dict(found)
    assert teis == {f"seat/{number}": max(0, number - 1009) for number in range(1001, 1017)}
    assert {row["lapd.sapi"][0] for row in read} == {"0"}


def test_every_message_says_to_tshark_what_it_says_to_us(run: Path, read: Rows) -> None:
    kinds = set()
    for row, (_, octets) in zip(read, frames(run), strict=True):
        lapd = read_lapd(octets)
        if lapd.kind != "I":
            assert row["frame.protocols"] == ["lapd"]
            continue
        assert row["frame.protocols"] == ["lapd:q931"]
        body = seats.decode(lapd.info)
        kinds.add(type(body))
        _agree(row, body)
    assert kinds == {seats.Register, seats.Key, seats.Display}


def _agree(row: dict[str, list[str]], body: object) -> None:
    elements = row["q931.information_element"]
    if isinstance(body, seats.Register):
        assert row["q931.message_type"] == [REGISTER]
        assert row["q931.calling_party_number.digits"] == [body.seat]
        return
    assert row["q931.message_type"] == [INFORMATION]
    if isinstance(body, seats.Key):
        assert elements == ([KEYPAD] if body.argument else []) + [ACTIVATION]
        assert row.get("q931.keypad_facility", [""]) == [body.argument]
        return
    assert isinstance(body, seats.Display)
    assert INDICATION in elements
    assert row["q931.display_information"] == [f"{body.state} {body.calling}".rstrip()]
    assert row["q931.signal"] == ["0x40" if body.ringing else "0x4f"]
    assert row.get("q931.calling_party_number.digits", [""]) == [body.calling]
