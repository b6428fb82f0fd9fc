"""The command line: exit codes, what is printed where, and that nothing heavy is imported for `--help` (DESIGN 8)."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from switchsim.cli import main as cli_main
from switchsim.cli.main import run_command_line
from switchsim.cli.run import worst
from switchsim.cli.running import Asked, arguments_of
from switchsim.errors import ExitCode
from switchsim.scenario.options import OutsideAsked

QUIET_SCENARIO = """format: 1
machine: b_type_small
seconds: {seconds}
timeline:
  - {{at: {at}, fault: mem_link_cut}}
"""
STARTER = [sys.executable, "-c", "from switchsim.cli.main import main; main()"]
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs a command line in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SWITCHSIM_PATH", raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        code = run_command_line(list(words))
        told = capfd.readouterr()
        return code, told.out, told.err

    return run


def write(folder: Path, name: str = "s.yaml", seconds: int = 1, at: str = "100ms") -> Path:
    file = folder / name
    file.write_text(QUIET_SCENARIO.format(seconds=seconds, at=at), encoding="utf-8")
    return file


# -- run, replay, check ------------------------------------------------------------------------------------------------


def test_a_run_leaves_a_folder_that_replays(command: Command, tmp_path: Path) -> None:
    write(tmp_path)
    code, out, _ = command("run", "s.yaml", "--seed", "5")
    assert code in (0, 1)
    assert "fault 1 acts" in out
    assert (tmp_path / "runs/s-5/run.json").exists()
    digest = json.loads((tmp_path / "runs/s-5/verdict.json").read_bytes())["digest"]
    assert command("replay", "runs/s-5") == (0, f"equal, digest {digest}\n", "")


def test_a_changed_journal_is_noticed_with_its_first_line(command: Command, tmp_path: Path) -> None:
    write(tmp_path)
    command("run", "s.yaml", "--out", "o", "--quiet")
    journal = tmp_path / "o/journal.jsonl"
    octets = bytearray(journal.read_bytes())
    place = octets.index(b"platform_link")
    octets[place] ^= 1
    journal.write_bytes(octets)
    code, out, _ = command("replay", "o")
    assert code == 1
    assert f"line {octets.count(10, 0, place) + 1}, octet {place}," in out


def test_a_changed_copy_and_damaged_inputs_are_bad_input(command: Command, tmp_path: Path) -> None:
    write(tmp_path)
    command("run", "s.yaml", "--out", "o", "--quiet")
    copy = tmp_path / "o/files/scenario/s.yaml"
    before = copy.read_bytes()
    copy.write_bytes(before.replace(b"100ms", b"101ms"))
    code, _, err = command("replay", "o")
    assert (code, "was changed since the run" in err) == (2, True)
    copy.write_bytes(before)
    (tmp_path / "o/inputs.bin").write_bytes(b"SWIX")
    assert command("replay", "o")[0] == 2
    assert command("replay", "nowhere")[0] == 2


def test_a_fault_that_never_fires_makes_the_run_invalid(command: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "format: 1\nmachine: b_type_small\nseconds: 1\n"
        "timeline: [{on: {event: call_offered}, fault: mem_link_cut}]\n", encoding="utf-8")  # fmt: skip
    code, out, _ = command("run", "s.yaml", "--quiet")
    assert code == 3
    assert "never fired" in out


def test_every_problem_is_a_line_on_standard_error(command: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("format: 1\nmachin: x\nseconds: 1m\n", encoding="utf-8")
    code, out, err = command("run", "s.yaml")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "s.yaml:1: 'machine' is missing; expected it here; add it",
        "s.yaml:2: unknown key 'machin'; did you mean 'machine'?",
        "s.yaml:3: seconds: '1m' does not fit; expected a whole number",
    ]
    assert not (tmp_path / "runs").exists()
    assert command("check", "s.yaml")[::2] == (2, err)


def test_what_the_timeline_names_must_be_there(command: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "format: 1\nmachine: b_type_small\nseconds: 1\ntimeline:\n"
        "  - {at: 1s, fault: mpu_kil, where: {processor: a}}\n"
        "  - {at: 1s, act: {who: agent 9999, do: busy}}\n", encoding="utf-8")  # fmt: skip
    code, _, err = command("check", "s.yaml")
    assert code == 2
    assert [line.partition(";")[0] for line in err.splitlines()] == [
        "s.yaml:5: no fault 'mpu_kil'", "s.yaml:6: nobody is 'agent 9999'",
    ]  # fmt: skip


def test_several_runs_give_the_same_one_by_one_and_at_once(command: Command, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    for number in (1, 2, 3):
        write(tmp_path / "dir", f"s{number}.yaml", at=f"{number}00ms")
    (tmp_path / "dir/bad.yaml").write_text("format: 1\n", encoding="utf-8")
    one = command("run", "dir", "--out", "o1", "--quiet", "--junit", "one.xml")
    four = command("run", "dir", "--out", "o4", "--quiet", "--junit", "four.xml", "--jobs", "4")
    assert one[0] == four[0] == 2
    for number in (1, 2, 3):
        journals = [(tmp_path / f"{out}/s{number}-0/journal.jsonl").read_bytes() for out in ("o1", "o4")]
        assert journals[0] == journals[1]
    suites = [[suite.attrib for suite in ET.parse(tmp_path / file).getroot()] for file in ("one.xml", "four.xml")]
    assert suites[0] == suites[1]
    assert len(suites[0]) == 3


def test_out_refuses_a_folder_with_something_in_it(command: Command, tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "o").mkdir()
    (tmp_path / "o/mine.txt").write_text("keep", encoding="utf-8")
    assert command("run", "s.yaml", "--out", "o")[0] == 2
    assert command("run", "s.yaml", "--out", "o", "--force", "--quiet")[0] in (0, 1)
    assert (tmp_path / "o/mine.txt").read_text(encoding="utf-8") == "keep"


def test_a_machine_is_looked_for_beside_then_on_the_path_then_among_the_shipped(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    assert command("check", "s.yaml")[0] == 0
    for name in ("variable", "option", "."):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "b_type_small.yaml").write_text(f"rack: {name}\n", encoding="utf-8")
        monkeypatch.setenv("SWITCHSIM_PATH", "variable")
        path = ["--path", "option"] if name != "variable" else []
        code, _, err = command("check", "s.yaml", *path)
        place = {"variable": "variable/", "option": "option/", ".": ""}[name]
        assert (code, err.startswith(f"{place}b_type_small.yaml:1: ")) == (2, True)


# -- errors ------------------------------------------------------------------------------------------------------------


def test_usage_errors_are_bad_input(command: Command) -> None:
    assert command("run")[0] == 2
    assert command("run", "--jbs", "3", "x")[0] == 2
    assert command("fly")[0] == 2
    assert command("run", "x", "--wait", "soon")[0] == 2
    assert command("faults", "no_such_machine")[0] == 2
    assert command("boards", "no_such_kind")[0] == 2
    assert command("serve", "b_type_small", "--dial", "e1-0")[0] == 2
    assert command("serve", "b_type_small", "--attach", "e9-9:16=hdlc:unix:x", "--seconds", "1")[0] == 2


def test_an_error_of_ours_says_how_to_report_it(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchsim.scenario.places.shipped_scenarios", lambda: 1 / 0)
    code, _, err = command("scenarios")
    assert code == 70
    assert "ZeroDivisionError" in err
    assert cli_main.REPORT in err


def test_a_full_disk_keeps_what_was_written_and_says_so(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from switchsim.report.folder import RunFolder

    write(tmp_path, seconds=3)
    real, seconds = RunFolder.second, 0

    def second(self: RunFolder, checkpoint: object) -> None:
        nonlocal seconds
        seconds += 1
        real(self, checkpoint)  # type: ignore[arg-type]
        if seconds == 2:
            from switchsim.errors import OutputError

            raise OutputError(f"journal.jsonl: could not be written: {os.strerror(errno.ENOSPC)}")

    monkeypatch.setattr(RunFolder, "second", second)
    code, _, err = command("run", "s.yaml", "--out", "o")
    assert code == 74
    assert os.strerror(errno.ENOSPC) in err
    assert json.loads((tmp_path / "o/run.json").read_bytes())["state"] == "output"
    assert json.loads((tmp_path / "o/verdict.json").read_bytes())["exit_code"] == 74
    assert (tmp_path / "o/journal.jsonl").read_bytes().count(b"\n") > 10


@pytest.mark.parametrize(
    ("number", "code", "why"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_the_run_and_leaves_a_folder_that_replays(
    command: Command, tmp_path: Path, number: signal.Signals, code: int, why: str
) -> None:
    write(tmp_path, seconds=1_000_000)
    words = [*STARTER, "run", "s.yaml", "--out", "o"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("fault 1 acts" in line for line in process.stdout)
        process.send_signal(number)
        process.stdout.read()
        assert process.wait(30) == code
    assert json.loads((tmp_path / "o/run.json").read_bytes())["state"] == "interrupted"
    assert (tmp_path / "o/journal.jsonl").read_bytes().endswith(b'"kind":"run_ended","why":"%s"}\n' % why.encode())
    assert command("replay", "o")[0] == 0


def test_nobody_reads_the_output(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*STARTER, "boards"], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (74, b"")


def test_an_output_that_was_closed_from_the_start_is_exit_74_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run([*STARTER, "boards"], preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE, cwd=tmp_path,
                          timeout=60)  # fmt: skip
    assert (done.returncode, done.stderr) == (ExitCode.OUTPUT, b"")


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_the_worst_of_several_runs() -> None:
    codes = [ExitCode(code) for code in (0, 1, 3, 74, 2, 4, 70)]
    for index, code in enumerate(codes):
        assert worst(codes[: index + 1]) == code
    assert worst([]) == ExitCode.PASSED


def test_a_run_of_its_own_gets_every_option() -> None:
    asked = Asked(seed=3, out=Path("o"), force=True, junit=Path("j"), quiet=True, batch=8, search=("p", "q"),
                  several=True, outside=OutsideAsked(("a",), ("c",), "real", 1500, 250))
    assert arguments_of(Path("-s.yaml"), asked) == [
        "run", "--seed", "3", "--out", "o", "--junit", "j", "--batch", "8", "--pace", "real", "--wait", "1.500",
        "--peer-timeout", "0.250", "--path", "p", "--path", "q", "--attach", "a", "--clock", "c", "--force", "--quiet",
        "--several", "--", "-s.yaml",
    ]  # fmt: skip


def test_tables_are_json_too(command: Command) -> None:
    for words in (("boards",), ("boards", "mpu"), ("faults", "b_type_small"), ("scenarios",)):
        code, out, _ = command(*words, "--json")
        assert code == 0
        assert json.loads(out)
        assert command(*words)[0] == 0


def test_help_imports_nothing_heavy() -> None:
    program = ("import sys; from switchsim.cli.main import run_command_line; run_command_line(['--help']); "
               "print(*{m for m in sys.modules} & {'pydantic', 'numpy', 'yaml', 'rich', 'msgspec'})")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == ""
    for name in cli_main.COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_help_is_quick() -> None:
    """In CPU time: a busy host says nothing about the command."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*STARTER, "--help"], capture_output=True, timeout=60, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(once() for _ in range(5)) < 0.2
