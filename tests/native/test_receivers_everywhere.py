"""The same recordings give the same events and the same state on every instruction set, in blocks of 1 to 800 cycles.

DTMF, register signals, progress and check tones, noise, vowels, chords, speech, each heard by every kind of receiver;
every instruction set in a process of its own, chosen by SWITCHSIM_ISA as a user does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from switchsim.dsp import engine
from switchsim.dsp.isa import NAMES

PLAYER = Path(__file__).with_name("recordings_player.py")
BLOCKS = (1, 2, 3, 7, 8, 13, 61, 160, 401, 480, 797, 800)
IN_A_DIGIT = 400                          # of the first recording's first digit, which lies in octets 200 to 599
EVERYWHERE = pytest.mark.parametrize("name", NAMES)


@cache
def played(name: str, flipped: int, *blocks: int) -> list[dict[str, str]]:
    """What the player prints, a dictionary a block length."""
    words = [sys.executable, str(PLAYER), str(flipped), *map(str, blocks)]
    done = subprocess.run(words, text=True, capture_output=True, env={**os.environ, "SWITCHSIM_ISA": name}, check=False)
    if done.returncode and "this host has no" in done.stderr:
        pytest.skip(f"this host has no {name}")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@EVERYWHERE
def test_every_block_length_gives_the_same(name: str) -> None:
    rows = played(name, -1, *BLOCKS)
    assert [row["isa"] for row in rows] == [name] * len(BLOCKS)
    assert len({row["events"] for row in rows}) == 1
    assert len({row["state"] for row in rows}) == 1


@EVERYWHERE
def test_every_instruction_set_gives_the_same(name: str) -> None:
    plain, other = played("plain", -1, *BLOCKS)[0], played(name, -1, *BLOCKS)[0]
    assert (plain["events"], plain["state"]) == (other["events"], other["state"])


def test_every_kind_of_receiver_heard_something() -> None:
    """Else the equalities would say little."""
    kinds = played("plain", -1, *BLOCKS)[0]["kinds"]
    for kind, least in ((engine.EV_DIGIT_ON, 20), (engine.EV_DIGIT_OFF, 20), (engine.EV_MFC_ON, 20),
                        (engine.EV_MFC_OFF, 20), (engine.EV_TONE_ON, 6), (engine.EV_CHECK_ON, 1)):
        assert int(dict(kinds).get(str(kind), 0)) >= least, (kind, kinds)


def test_one_wrong_bit_is_seen() -> None:
    good, bad = played("plain", -1, *BLOCKS)[0], played("plain", IN_A_DIGIT, 160)[0]
    assert good["events"] != bad["events"]


def test_one_wrong_bit_near_the_end_is_in_the_state() -> None:
    good, bad = played("plain", -1, *BLOCKS)[0], played("plain", 9590, 160)[0]
    assert good["state"] != bad["state"]
