"""A damaged file of ICDCONFIG is refused with its line before anything runs, as a damaged flow is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from switchsim.assembly.build import build
from switchsim.assembly.ccs_review import review_configuration
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.platform_file import CcsSpec, PlatformSpec, load_shared
from switchsim.assembly.yamlfile import Lines, load
from switchsim.callcentre.ccs.configuration import CcsFiles, damage
from switchsim.callcentre.ccs.server import Ccs
from switchsim.cli.main import run_command_line
from switchsim.errors import BadInput, ExitCode

BOARDS = Path(__file__).resolve().parents[2] / "boards"
MACHINE = (BOARDS / "machines" / "call_centre.yaml").read_text(encoding="utf-8")


def centre(where: Path, machine: str = MACHINE) -> Path:
    """The shipped machine with a shared folder of its own."""
    shutil.copytree(BOARDS / "shared" / "call_centre", where / "mine")
    path = where / "centre.yaml"
    path.write_text(machine.replace("shared: call_centre", "shared: mine"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def platform() -> PlatformSpec:
    spec, _ = load(BOARDS / "machines" / "call_centre.yaml", MachineFile)
    assert spec.platform is not None
    return spec.platform


def told(platform: PlatformSpec, machine: Path) -> list[str]:
    lines = Lines(machine.name)
    spec = platform.model_copy(update={"shared": "mine"})
    with pytest.raises(BadInput) as caught:
        review_configuration(spec, load_shared(spec, lines, machine), lines)
    return [str(problem).removeprefix("ICDCONFIG/") for problem in caught.value.problems]


DAMAGE = [
    ("ccs.ini", "version = 1", "version 1", "ccs.ini:3: 'version 1' is no key = value"),
    ("ccs.ini", "version = 1\n", "", "ccs.ini:2: [ccs] version: is missing"),
    ("ccs.ini", " = queue:sales", " = queue:nope", "ccs.ini:18: [access] 10061: no call queue 'nope'"),
    ("ccs.ini", "10061 = ", "x = ", "ccs.ini:18: [access]: 'x' is no number"),
    ("ccs.ini", "when_empty = overflow\n", "bogus = 1\n", "ccs.ini:14: [queue gold]: no key 'bogus'; expected "
     "one of strategy, ring, size, overflow_after, overflow_to, when_empty"),
    ("old_ccs.ini", "size = 40", "size = many", "old_ccs.ini:7: [queue service] size: 'many'; expected 0..99999"),
    ("icd.ini", "agents = 32", "agents = many", "icd.ini:3: [icd] agents: 'many'; expected 1..10000"),
    ("icd.ini", "ccs/b = 2", "ccs/b = 1", "icd.ini:5: [nodes]: ccs/a and ccs/b have one number"),
    ("icd.ini", "ccs/b = 2", "ccs.b = 2", "icd.ini:5: [nodes] ccs/b: ''; expected 1..254"),
    ("ccsuser.dat", "|1001\n", "\n", "ccsuser.dat:2: 5 fields; expected agent|name|role|team|skills|seat"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "good", "bad", "expected"), DAMAGE, ids=[row[3][:40] for row in DAMAGE])
def test_a_damaged_file_is_refused_with_its_line(
    name: str, good: str, bad: str, expected: str, tmp_path: Path, platform: PlatformSpec
) -> None:
    machine = centre(tmp_path)
    file = tmp_path / "mine" / "ICDCONFIG" / name
    text = file.read_text(encoding="utf-8")
    assert good in text
    file.write_text(text.replace(good, bad, 1), encoding="utf-8")
    assert told(platform, machine) == [expected]


def test_files_that_are_not_there_are_named_all_at_once(tmp_path: Path, platform: PlatformSpec) -> None:
    machine = centre(tmp_path)
    shutil.rmtree(tmp_path / "mine" / "ICDCONFIG")
    (tmp_path / "mine" / "ICDCONFIG").mkdir()
    (old,) = told(platform, machine)
    assert old == "centre.yaml:1: no file 'old_ccs.ini' in ICDCONFIG, or an empty one; expected one of none"
    without = platform.model_copy(update={"ccs": CcsSpec()})
    assert told(without, machine) == [f"{name}: not there, or empty" for name in ("icd.ini", "ccs.ini", "ccsuser.dat")]


def test_check_and_run_refuse_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = centre(tmp_path)
    (tmp_path / "mine" / "ICDCONFIG" / "ccsuser.dat").write_text("5001|Li\n", encoding="utf-8")
    scenario = tmp_path / "calls.yaml"
    scenario.write_text("format: 1\nmachine: centre\nseconds: 5\n", encoding="utf-8")
    for words in (["check", str(machine)], ["check", str(scenario)],
                  ["run", str(scenario), "--out", str(tmp_path / "out")]):  # fmt: skip
        assert run_command_line(words) == ExitCode.BAD_INPUT
        assert "ICDCONFIG/ccsuser.dat:1: 2 fields" in "".join(capsys.readouterr())


def test_one_ccs_alone_needs_no_number_of_another(tmp_path: Path) -> None:
    machine = centre(tmp_path, MACHINE.replace("ccs: {old: old_ccs.ini}", "ccs: {single: true}"))
    file = tmp_path / "mine" / "ICDCONFIG" / "icd.ini"
    file.write_text(file.read_text(encoding="utf-8").replace("ccs/b = 2", "ccs/b = 1"), encoding="utf-8")
    built = build(machine, seed=1, journal_sink=lambda octets: None)
    assert [part.name for part in built.kernel.parts.values() if isinstance(part, Ccs)] == ["ccs/a"]


def test_a_title_whose_line_nobody_could_find_is_told_without_one(tmp_path: Path, platform: PlatformSpec) -> None:
    machine = centre(tmp_path)
    file = tmp_path / "mine" / "ICDCONFIG" / "ccs.ini"
    file.write_text(file.read_text(encoding="utf-8") + "[a]b:c]\n", encoding="utf-8")
    assert told(platform, machine) == ["ccs.ini: ccs.ini [a]b:c]: no such section"]


def test_every_file_is_looked_at_by_itself() -> None:
    found = damage(CcsFiles(b"", b"[ccs]", b"5001", b"[x"), "ccs/a", "ccs/b")
    assert list(found) == ["icd", "ccs", "users", "old_ccs"]
    assert found["old_ccs"] == "ccs.ini line 1: '[x' is no [section]"
