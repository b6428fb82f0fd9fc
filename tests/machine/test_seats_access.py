"""How a machine file says which seats are on D channels, what it may not say, and where faults of wires may act."""

from __future__ import annotations

from pathlib import Path

import pytest
from office_bench import MACHINES, Bench, agent

from switchsim.cli.main import run_command_line
from switchsim.errors import BadInput
from switchsim.units import ms

SEATS = "  - {numbers: 2004..2011, queues: [service], access: nb+d, d_shared: 8}\n"
WRONG = [
    ("nb+d alone", "access: nb+d, d_shared: 8", "access: nb+d", "nb+d without d_shared"),
    ("shared by nobody", "access: nb+d, d_shared: 8", "d_shared: 8", "d_shared of seats with access direct"),
    ("shared, of its own", "access: nb+d, d_shared: 8", "access: 1b+d, d_shared: 8", "d_shared of seats with access"),
    ("too many", "d_shared: 8", "d_shared: 17", "17"),
    ("no such access", "access: nb+d", "access: 2b+d", "2b+d"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_check_names_line_and_mistake(
    before: str, after: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (MACHINES / "seat_lines.yaml").read_text(encoding="utf-8")
    line = text[: text.index(SEATS)].count("\n") + 1
    file = tmp_path / "seat_lines.yaml"
    file.write_text(text.replace(SEATS, SEATS.replace(before, after)), encoding="utf-8")
    _refused(file, line, said, capsys)


def test_seats_of_two_boards_share_no_d_channel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """15 seats stand before two that share a D channel; a board takes 16."""
    text = (MACHINES / "seat_lines.yaml").read_text(encoding="utf-8")
    text = text.replace("{0: ait}", "{0-1: ait}").replace("2001..2003", "1997..2003")
    file = tmp_path / "seat_lines.yaml"
    file.write_text(text, encoding="utf-8")
    line = text[: text.index("2012..2013")].count("\n") + 1
    _refused(file, line, "seats 2012 to 2013 share a D channel, but sit on two boards", capsys)


def _refused(file: Path, line: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["check", str(file)]) == 2
    told = "".join(capsys.readouterr())
    assert said in told
    assert f"{file.name}:{line}:" in told


def test_faults_of_wires_are_of_seats_on_d_channels() -> None:
    one = Bench(machine="seat_lines")
    for name in ("d_wire_cut", "crosstalk", "power_line_hum"):
        with pytest.raises(BadInput, match="seat 2014 has no D channel; expected one of 2001, 2002"):
            one.machine.resolve_fault(name, {"seat": "2014"}, {})
        assert one.machine.resolve_fault(name, {"seat": "2013"}, {})[0] == "frame/3/slot/0"
    with pytest.raises(BadInput, match="no seat '1'"):
        one.machine.resolve_fault("crosstalk", {"seat": "1"}, {})
    with pytest.raises(BadInput, match=r"ppb 0 is out of range; expected 1\.\.100000000"):
        one.machine.resolve_fault("crosstalk", {"seat": "2001"}, {"ppb": 0})


def test_a_machine_without_d_channels_has_none_of_their_faults() -> None:
    one = Bench(machine="office")
    with pytest.raises(BadInput, match="seat 2001 has no D channel; expected seats with `access`"):
        one.machine.resolve_fault("d_wire_cut", {"seat": "2001"}, {})
    assert not one.machine.layout.accesses


def test_agents_sign_in_over_every_access() -> None:
    """Also at cycle 0: what is pressed while a set waits for its first link is sent when that is there."""
    one = Bench(agent(*(str(number) for number in range(2001, 2016))), machine="seat_lines", settle=ms(100))
    assert {event.seat for event in one.events("SeatState", state="idle")} == {str(n) for n in range(2001, 2016)}
    assert not one.events("SeatKeyLost")
