"""What each step of the sheets' language accepts and refuses, played on the native terminals with a link in service."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchsim.conformance.q781.player import Q781Player
from switchsim.conformance.reader import read_sheet
from switchsim.conformance.report import sheets_of
from switchsim.conformance.verdict import Result, Verdict

PLAYER = Q781Player()
PREAMBLES = sheets_of(PLAYER)[1]
HEAD = "format: 1\nstandard: Q.781\nnumber: '0.0'\ntitle: a language test\ngiven: in service\n"


def played(steps: str, folder: Path, config: str = "") -> Result:
    """The result of the steps, written with ` / ` between them."""
    path = folder / "0.0.yaml"
    path.write_text(HEAD + config + "expect: |\n" + "".join(f"  {step}\n" for step in steps.split(" / ")))
    return PLAYER.play(read_sheet(path, PLAYER, PREAMBLES), "native", PREAMBLES)


HOLDS = [
    "> FISU / hold 20ms",
    "> FISU BSN=127 FSN=127  # goes on already",
    "< MSU / ? MSU FSN=0 / > FISU BSN=0 / < MSU / ? MSU FSN=1 / > FISU BSN=1",
    "< MSU x 3 / ? MSU FSN=0..2",
    "< MSU FSN=0 / ? MSU FSN=0 / < FISU FSN=0 / hold 20ms",
    "! SEND x 2 / > MSU FSN=0..1 DATA=0..1 / > FISU FSN=1 / < FISU BSN=1 / hold 20ms",
    "tester acknowledges / ! SEND SIF=2 x 140 / > MSU FSN=0..127 / > MSU FSN=0..11 DATA=128..139 / > FISU / hold 2 T7",
    "tester acknowledges / tester withholds / ! SEND / > MSU / > FISU / within 0..300ms / > SIOS / ? OUT-OF-SERVICE",
    "may ? MSU / < MSU / hold 20ms",
    "may ? MSU / < MSU / ? MSU FSN=0",
    "< SIB x 1 / not > SIOS for 20ms",
    "< FLAGS / hold 20ms / < FISU / hold 20ms",
    "< ONES MS=40 / hold 80ms",
    "! SEND / > MSU / wait 20ms / > FISU FSN=0 / < FISU BSN=0",
    "! LPO / within 0..8ms / > SIPO / mark / hold 20ms / ! LPR / ! CONTINUE / within 10..40ms since mark / > FISU",
]  # fmt: skip

DEVIATES = [
    ("> FISU BSN=1", "did not come"),
    ("> FISU FIB=0", "did not come"),
    ("< MSU / > FISU BSN=1 / ? MSU FSN=0", "still FISU BSN=0"),
    ("< MSU / ? MSU FSN=1", "not the message sent with FSN=1"),
    ("< MSU / > FISU BSN=0", "level 3 is told MSU"),
    ("< MSU / ? RPO", "MSU  instead of RPO"),
    ("may ? RPO / < MSU / hold 20ms", "level 3 is told MSU"),
    ("may ? MSU / < MSU x 2 / hold 20ms", "level 3 is told MSU"),
    ("! SEND / > FISU FSN=0", "MSU instead of FISU"),
    ("! SEND / > MSU DATA=1", "another message than number 1"),
    ("! SEND x 2 / > MSU FSN=0 / > FISU", "MSU instead of FISU"),
    ("! SEND / > MSU x 2..", "FISU instead of MSU"),
    ("! LPO / > SIPO two-octets", "a status field of 1 octets"),
    ("! LPO / hold 20ms", "SIPO"),
    ("! LPO / not > SIPO for 20ms", "SIPO"),
    ("! LPO / > LSSU FSN=3", "FSN=127 instead of 3"),
    ("! LPO / within 0..1ms / > SIPO", "did not come"),
    ("! LPO / within 40..50ms / > SIPO", "not within"),
    ("mark / wait 50ms / ! LPO / within 0..40ms since mark / > SIPO", "did not come"),
    ("< ONES / hold 300ms", "SIOS"),
    ("? RTB-CLEARED", "level 3 was told nothing"),
]


@pytest.mark.parametrize("steps", HOLDS)
def test_steps_that_hold(steps: str, tmp_path: Path) -> None:
    result = played(steps, tmp_path)
    assert result.verdict is Verdict.PASSED, result.told()


@pytest.mark.parametrize(("steps", "why"), DEVIATES)
def test_steps_that_do_not_hold(steps: str, why: str, tmp_path: Path) -> None:
    result = played(steps, tmp_path)
    assert result.verdict is Verdict.FAILED, result.told()
    assert why in result.reason


def test_the_place_is_the_line_of_the_step(tmp_path: Path) -> None:
    result = played("> FISU / < MSU / # a comment / ? MSU FSN=0 / > SIPO / > FISU", tmp_path)
    assert result.place == f"{tmp_path / '0.0.yaml'}:{HEAD.count(chr(10)) + 6}"
    assert result.reason.startswith("'> SIPO': ")


def test_a_timer_of_the_sheet_holds_on_every_bench(tmp_path: Path) -> None:
    """Then the window is as written, also where timers are short."""
    steps = "! SEND / > MSU / mark / > FISU / T7 780..820ms since mark / > SIOS / ? OUT-OF-SERVICE"
    assert played(steps, tmp_path, "config:\n  timers: {T7: 800ms}\n").verdict is Verdict.PASSED
    assert played(steps, tmp_path, "config:\n  timers: {T7: 700ms}\n").verdict is Verdict.FAILED
    assert played(steps, tmp_path).verdict is Verdict.PASSED  # the window of a short timer


def test_retrieval_is_asked_for_and_told(tmp_path: Path) -> None:
    """Changeover: what the peer has not acknowledged comes back in order (Q.703 clause 5)."""
    steps = ("! SEND x 3 / > MSU FSN=0..2 / > FISU FSN=2 / < SIOS / > SIOS / ? OUT-OF-SERVICE / ! RETRIEVE-BSNT / "
             "? BSNT FSN=127 / ! RETRIEVE FSNC=0 / ? RETRIEVED DATA=1..2 / ? RETRIEVAL-COMPLETE")
    assert played(steps, tmp_path).verdict is Verdict.PASSED
    assert "instead of 126" in played(steps.replace("FSN=127", "FSN=126"), tmp_path).reason
    assert "another message" in played(steps.replace("DATA=1..2", "DATA=0..2"), tmp_path).reason
