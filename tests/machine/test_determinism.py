"""Determinism, by digests of whole runs: what may not change a journal does not, and each test is shown able to fail.

The runs are those of the demo. To show that a comparison can fail, the same is run on a machine with one more board,
the telltale, which writes into the journal exactly what the comparison is about (the order of a set, the batch, ...).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from variations import HOST_HAS, VARIATIONS, needs_host
from whole_runs import DEMO, PLAIN, SMALL, TELLTALE, Inside, Run, digests, prepared, shortened, telltale_machine

from switchsim import assembly
from switchsim.kernel.journal import RunDigest
from switchsim.model.order import Outside

ONE_OF_EACH = ("hash seeds", "batch 1", "libm", "numpy", "twice", "isa plain")


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a plain run of the demo: batch 160, the best instruction set, a hash seed of its own."""
    return digests([DEMO], PLAIN, tmp_path_factory.mktemp("usual"))[0]


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("telling")
    telltale_machine(folder)
    path = folder / "telling_run.yaml"
    path.write_text("format: 1\nmachine: telling\nseed: 1\nseconds: 1\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", VARIATIONS)
def test_what_may_not_change_the_journal_does_not(name: str, usual: str, tmp_path: Path) -> None:
    needs_host(name)
    _, one, other = VARIATIONS[name]
    runs = [run for run in (one, other) if run != PLAIN or name == "twice"]
    for number, run in enumerate(runs):
        assert digests([DEMO], run, tmp_path / str(number)) == [usual]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_machine_that_depends_on_it_is_found(name: str, telling: Path, tmp_path: Path) -> None:
    needs_host(name)
    leak, one, other = VARIATIONS[name]
    if name == f"isa {HOST_HAS[-1]}":
        pytest.skip(f"this host has no other instruction set than {HOST_HAS[-1]}")
    found = []
    for number, run in enumerate((one, other)):
        told = Run(run.options, run.environment | {"TELLTALE": leak, "PYTHONPATH": str(TELLTALE)})
        found += digests([telling], told, tmp_path / str(number))
    assert len(found) == 2
    assert found[0] != found[1], f"the {leak} was written into the journal, and the digests are equal"


def test_the_telltale_board_alone_changes_nothing(telling: Path, tmp_path: Path) -> None:
    """Without a leak its machine is as deterministic as the other: the inequalities are the leaks' doing."""
    run = Run((), {"TELLTALE": "", "PYTHONPATH": str(TELLTALE)})
    assert digests([telling], run, tmp_path / "a") == digests([telling], run, tmp_path / "b")


# -- several runs


def four(folder: Path, text: str) -> list[Path]:
    paths = [folder / f"run_{number}.yaml" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_text(text.replace("seed: 10060", f"seed: {number}"), encoding="utf-8")
    return paths


def test_one_job_or_four(tmp_path: Path) -> None:
    paths = four(tmp_path, shortened(6))
    alone = digests(paths, Run(("--jobs", "1")), tmp_path / "one")
    assert digests(paths, Run(("--jobs", "4")), tmp_path / "four") == alone
    assert len(set(alone)) == 4, "another seed is another run"


def test_runs_that_share_something_in_their_process_are_found(telling: Path, tmp_path: Path) -> None:
    paths = four(telling.parent, telling.read_text(encoding="utf-8"))
    environment = {"TELLTALE": "process", "PYTHONPATH": str(TELLTALE)}
    one, other = (digests(paths, Run(("--jobs", jobs), environment), tmp_path / jobs) for jobs in "14")
    assert one[0] == other[0]
    assert one[1:] != other[1:]


# -- what must change it


def test_another_seed_is_another_run(usual: str, tmp_path: Path) -> None:
    assert digests([DEMO], Run(("--seed", "10061")), tmp_path / "out") != [usual]


def test_another_control_tick_is_another_machine(usual: str, tmp_path: Path) -> None:
    machine = tmp_path / "quick.yaml"
    text = SMALL.read_text(encoding="utf-8").replace("format: 1\n", "format: 1\ntick: 4\n")
    machine.write_text(text, encoding="utf-8")
    scenario = tmp_path / "demo.yaml"
    scenario.write_text(DEMO.read_text(encoding="utf-8").replace("b_type_small", "quick"), encoding="utf-8")
    found = [digests([scenario], Run(("--batch", batch)), tmp_path / batch)[0] for batch in ("160", "3")]
    assert found[0] == found[1] != usual


# -- random streams


def drawn_first(folder: Path, stream: str) -> str:
    """The digest of a run in which one more draw was taken from a stream before it began."""
    run = Inside(prepared(folder, shortened(8)))
    run.machine.kernel.draw(stream)
    return run.go()


def test_an_extra_draw_in_an_unrelated_stream_changes_nothing_and_in_a_used_one_does(tmp_path: Path) -> None:
    plain = Inside(prepared(tmp_path, shortened(8)))
    digest = plain.go()
    used = plain.machine.kernel.streams.taken
    assert "farend/nobody:weather" not in used
    assert drawn_first(tmp_path, "farend/nobody:weather") == digest
    arrivals = next(name for name in used if name.startswith("farend/load/rush"))
    assert drawn_first(tmp_path, arrivals) != digest


# -- inputs


def with_input(frame: bytes) -> str:
    """The digest of a second in which an outside program brings its link up and sends one frame."""
    digest = RunDigest()
    machine = assembly.build(
        assembly.shipped.folder("boards") / "machines" / "one_e1_pri.yaml", seed=1, attached=[("e1-0", 16, "hdlc")],
        journal_sink=digest)  # fmt: skip
    (place,) = machine.places
    machine.power_on()
    for at, what, octets in ((0, "attached", b""), (80, "data", bytes.fromhex("02017f")), (800, "data", frame)):
        machine.order(at, place, Outside("e1-0:16", what, octets))
    machine.run(8000)
    return digest.hexdigest()


SETUP = bytes.fromhex("0201000008020001050403809 0a31803a983817005813130303030".replace(" ", ""))


def test_every_flipped_input_octet_is_seen() -> None:
    usual = with_input(SETUP)
    assert with_input(SETUP) == usual
    for octet in range(0, len(SETUP), 5):
        changed = bytearray(SETUP)
        changed[octet] ^= 1
        assert with_input(bytes(changed)) != usual
