"""A program on a `raw` attachment, clocked and not: blocks go in step, and the echo comes back 40 ms later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from switchsim.kernel.inputs import InputKind
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside

ECHO = Path(__file__).parent / "peers" / "raw_echo.py"
BLOCKS = 50


def line_block(number: int) -> bytes:
    """What the machine's timeslot carried in cycles 160n..160n+159."""
    return bytes((number * 7 + cycle) & 0xFF for cycle in range(160))


@pytest.mark.parametrize("clocked", [False, True])
def test_what_the_machine_says_comes_back_two_blocks_later(tmp_path: Path, clocked: bool) -> None:
    clocks = [parse_clock(f"unix:{tmp_path}/c")] if clocked else []
    outside = Outside([parse_attach(f"e1-0:5=raw:unix:{tmp_path}/r")], clocks, FAST, 10.0)
    command = [sys.executable, str(ECHO), "--attach", f"{tmp_path}/r", "--blocks", str(BLOCKS)]
    echo = subprocess.Popen([*command, *(["--clock", f"{tmp_path}/c"] if clocked else [])], stdout=subprocess.PIPE)
    outside.wait_ready(20)
    outside.exchange(0, lambda _: 0)
    played: dict[int, bytes] = {}
    now = 0
    for number in range(BLOCKS):
        while now < 160 * (number + 1):
            now = outside.next_deadline(now) or 0
            if now == 160 * (number + 1):
                outside.deliver(0, line_block(number))
            if outside.due(now):
                played |= {record.at_cycle: record.octets for record in outside.exchange(now, lambda _: 0)
                           if record.kind is InputKind.DATA}
    outside.close()
    assert sorted(played) == [160 * number for number in range(1, BLOCKS + 1)]
    assert played[160] == b"\xd5" * 160  # block 0 of the program
    assert all(played[160 * (number + 2)] == line_block(number) for number in range(BLOCKS - 1))
    assert json.loads(echo.communicate(timeout=10)[0]) == {"blocks": BLOCKS, "wrong_length": 0}
