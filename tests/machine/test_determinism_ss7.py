"""Determinism of runs on No.7, by their digests: links that fail, a processor that dies, ISUP and TUP.

One command runs all three machines; that what is compared here can differ is shown by a telltale board beside the LAP7
boards, by another seed and by flipped octets.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from variations import VARIATIONS, needs_host
from whole_runs import PLAIN, TELLTALE, Inside, Run, command, digests, prepared, telltale_machine
from whole_runs_ss7 import FAULTED, MACHINES, lines, scenario, written

from switchsim import assembly
from switchsim.kernel.journal import RunDigest
from switchsim.model.events import CallAnswered, Changeback, Changeover, FaultFired, MessageSent, ProcessorActive
from switchsim.model.order import Outside

BESIDE_LAP7 = ("11-12: lap7}", "11-12: lap7, 13: telltale}")
LEAKS = ("hash seeds", "batch 1")
ISUP, TUP = 5, 4


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The digests of the plain runs: batch 160, the best instruction set, a hash seed of its own."""
    folder = tmp_path_factory.mktemp("usual")
    return digests(written(folder), PLAIN, folder / "out")


def test_these_are_runs_in_which_signalling_fails_and_goes_on(tmp_path: Path, usual: list[str]) -> None:
    found = {}
    for machine in FAULTED:
        run = Inside(prepared(tmp_path, scenario(machine)))
        assert run.go() in usual
        found[machine] = [line.event for line in lines(run)]
        assert sum(isinstance(event, FaultFired) for event in found[machine]) == 1
        assert sum(isinstance(event, CallAnswered) for event in found[machine]) >= 5
    for machine in ("two_links_ss7", "stp_pair_ss7"):
        kinds = [type(event) for event in found[machine] if isinstance(event, Changeover | Changeback)]
        assert kinds == [Changeover] * 2 + [Changeback] * 2, f"{machine}: both ends, there and back"
    china = found["china_ss7"]
    assert sum(isinstance(event, ProcessorActive) for event in china) == 2, "the standby took over"
    assert {event.service for event in china if isinstance(event, MessageSent)} == {ISUP, TUP}


@pytest.mark.parametrize("name", VARIATIONS)
def test_what_may_not_change_the_journal_does_not(name: str, usual: list[str], tmp_path: Path) -> None:
    needs_host(name)
    _, *pair = VARIATIONS[name]
    runs = [run for run in pair if run != PLAIN] or [PLAIN]
    paths = written(tmp_path)
    for number, run in enumerate(runs):
        assert digests(paths, run, tmp_path / str(number)) == usual


def test_one_job_or_four(usual: list[str], tmp_path: Path) -> None:
    assert digests(written(tmp_path), Run(("--jobs", "4")), tmp_path / "four") == usual


# -- what must change it


def test_another_seed_is_another_run(usual: list[str], tmp_path: Path) -> None:
    other = digests(written(tmp_path, seed=4), PLAIN, tmp_path / "out")
    assert len({*usual, *other}) == 2 * len(FAULTED)


@pytest.mark.parametrize("name", LEAKS)
def test_a_machine_that_depends_on_it_is_found(name: str, tmp_path: Path) -> None:
    leak, one, other = VARIATIONS[name]
    telltale_machine(tmp_path, MACHINES / "two_links_ss7.yaml", BESIDE_LAP7)
    path = tmp_path / "telling_run.yaml"
    path.write_text("format: 1\nmachine: telling\nseed: 1\nseconds: 1\n", encoding="utf-8")
    found = []
    for number, run in enumerate((one, other)):
        told = Run(run.options, run.environment | {"TELLTALE": leak, "PYTHONPATH": str(TELLTALE)})
        found += digests([path], told, tmp_path / str(number))
    assert found[0] != found[1], f"the {leak} was written into the journal, and the digests are equal"


# -- inputs of an outside program

SIO, SIE, FISU = (bytes.fromhex(text) for text in ("ffff0100", "ffff0102", "ffff00"))
SLTM = bytes.fromhex("ff800c" + "81" + "01800000" + "114031323334")
"""FSN 0; from point code 2 to 1, link 0, four octets of pattern. LI 12 lies a little: it is passed as it is."""


def with_input(unit: bytes) -> tuple[str, int]:
    """The digest of 0.9 s in which an outside program brings a link up and sends one unit, and how often it came up."""
    digest, journal = RunDigest(), bytearray()

    def sink(octets: bytes) -> None:
        digest(octets)
        journal.extend(octets)

    machine = assembly.build(MACHINES / "one_e1_ss7.yaml", seed=1, attached=[("e1-0", 16, "ss7")], journal_sink=sink)
    (place,) = machine.places
    machine.power_on()
    machine.order(0, place, Outside("e1-0:16", "attached", b""))
    for at, octets in ((80, SIO), (400, SIE), (5400, FISU), (6000, unit)):
        machine.order(at, place, Outside("e1-0:16", "data", octets))
    machine.run(7200)
    return digest.hexdigest(), journal.count(b'"kind":"link_up"')


def test_every_flipped_octet_of_a_unit_is_seen() -> None:
    usual, ups = with_input(SLTM)
    assert ups == 1
    assert with_input(SLTM) == (usual, 1)
    for octet in range(0, len(SLTM), 3):
        changed = bytearray(SLTM)
        changed[octet] ^= 1
        assert with_input(bytes(changed))[0] != usual


# -- replay


def test_a_run_on_no7_replays_and_a_changed_unit_is_the_first_difference(tmp_path: Path, usual: list[str]) -> None:
    path = written(tmp_path)[0]
    run = tmp_path / "run"
    assert digests([path], PLAIN, run) == usual[:1]
    assert f"equal, digest {usual[0]}" in command(["replay", str(run)], tmp_path, {})
    journal = run / "journal.jsonl"
    rows = journal.read_bytes().splitlines(keepends=True)
    at = next(number for number, row in enumerate(rows) if b'"kind":"unit_received"' in row and number > len(rows) // 2)
    octets = json.loads(rows[at])["octets"]
    rows[at] = rows[at].replace(octets.encode(), octets[:-1].encode() + (b"0" if octets[-1] != "0" else b"1"))
    journal.write_bytes(b"".join(rows))
    said = command(["replay", str(run)], tmp_path, {})
    assert "differ" in said
    assert f"line {at + 1}" in said
