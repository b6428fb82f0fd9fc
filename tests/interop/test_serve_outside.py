"""`switchsim serve` against programs that break the rules: each is counted or ends the run with its exit code, and what
was written stays readable."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peers.build import build_pri_peer
from serve_bench import Line, Program, Served, replay, serve

from switchsim.assembly.shipped import folder as shipped
from switchsim.units import seconds

ODD = (sys.executable, str(Path(__file__).parent / "peers" / "odd_clock.py"))


def addresses(folder: Path) -> tuple[str, ...]:
    return "--attach", f"e1-0:16=hdlc:unix:{folder}/d", "--clock", f"unix:{folder}/c"


def odd(folder: Path, behaviour: str, *options: str) -> Served:
    program = [*ODD, behaviour, "--attach", f"{folder}/d", "--clock", f"{folder}/c"]
    return serve(folder, "one_e1_pri", *addresses(folder), *options, programs=[program])


def run_json(served: Served) -> Line:
    kept: Line = json.loads((served.folder / "run.json").read_text())
    return kept


# -- what is wrong in lockstep -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("behaviour", "exit_code", "says"), [
    ("wrong_echo", 3, "1 us"), ("stuck", 3, "1000 answers"), ("silent", 3, "no answer"), ("orphan", 4, "has ended")])
def test_a_program_that_breaks_the_lockstep_ends_the_run(tmp_path: Path, behaviour: str, exit_code: int,
                                                         says: str) -> None:
    served = odd(tmp_path, behaviour, "--peer-timeout", "0.3")
    assert (served.exit_code, served.done["exit_code"]) == (exit_code, exit_code)
    assert says in " ".join(served.done["reasons"]).replace(",", ""), served.done
    assert run_json(served)["state"] == served.done["result"]
    assert replay(served.folder) == (0, f"equal, digest {served.done['digest']}\n")


def test_a_program_that_never_comes_ends_the_run_and_is_named(tmp_path: Path) -> None:
    served = serve(tmp_path, "one_e1_pri", *addresses(tmp_path), "--wait", "0.2")
    assert (served.exit_code, served.done["at"]) == (3, 0)
    assert [line["event"] for line in served.lines] == ["ready", "done"]
    assert "e1-0:16, clock/0" in " ".join(served.done["reasons"])
    assert not (tmp_path / "d").exists()


# -- what is counted -----------------------------------------------------------------------------------------------


def test_frames_of_bad_length_are_dropped_and_counted(tmp_path: Path) -> None:
    served = odd(tmp_path, "long")
    counts = served.done["attachments"]["e1-0:16"]
    assert (served.exit_code, counts["bad_length"], counts["taken"], counts["refused"]) == (0, 2, 1, 0)
    orders = [line["arguments"] for line in served.journal("order_given") if "e1-0:16" in line["arguments"]]
    assert [order.split()[1] for order in orders] == ["attached", "bad_length", "bad_length", "data"]
    assert len(list(served.journal("frame_received"))) == 1
    assert replay(served.folder)[0] == 0


def test_a_path_that_is_taken_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("mine")
    served = serve(tmp_path, "one_e1_pri", *addresses(tmp_path))
    assert (served.exit_code, served.lines[0]["event"]) == (2, "done")
    assert "name another path" in served.errors
    assert (tmp_path / "d").read_text() == "mine"
    (tmp_path / "d").unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as other:
        other.bind(str(tmp_path / "c"))
        other.listen()
        served = serve(tmp_path, "one_e1_pri", *addresses(tmp_path))
    assert served.exit_code == 2
    assert "in use" in served.errors
    assert not (tmp_path / "d").exists()
    assert not served.folder.exists()


@pytest.mark.parametrize("options", [
    ("--attach", "e9-9:16=hdlc:unix:/tmp/x"), ("--attach", "e1-0:0=hdlc:unix:/tmp/x"), ("--clock", "tcp:1"),
    ("--attach", "e1-0:16=cas:unix:/tmp/x"), ("--dial", "e9-9=1"), ("--dial", "e1-0"), ("--pace", "never"),
    ("--attach", "e1-0:3=raw:unix:/tmp/x", "--attach", "e1-0:3=raw:unix:/tmp/y")])
def test_wrong_options_are_bad_input(tmp_path: Path, options: tuple[str, ...]) -> None:
    served = serve(tmp_path, "one_e1_pri", *options)
    assert served.exit_code == 2
    assert options[0].lstrip("-") in served.errors
    assert "Traceback" not in served.errors


# -- what serve says ----------------------------------------------------------------------------------------------


def test_json_lines_of_a_run_with_a_line_cut(tmp_path: Path) -> None:
    """Every kind of line with its members; alarms in both languages."""
    (tmp_path / "cut.yaml").write_text(
        "format: 1\nmachine: one_e1_pri\nseed: 3\nseconds: 20\ntimeline:\n"
        "  - {at: 1s, fault: line_cut, where: {line: e1-0}, for: 4s}\n")
    served = serve(tmp_path, "one_e1_pri", "--scenario", f"{tmp_path}/cut.yaml", "--dial", "e1-0=139", "--pace", "fast")
    assert (served.exit_code, served.done["at"]) == (0, seconds(20))
    assert set(served.lines[0]) == {"event", "addresses"}
    assert set(served.done) == {"event", "exit_code", "run_folder", "attachments", "at", "result", "why", "digest",
                                "reasons"}
    raised, cleared = served.of("alarm", alarm="e1_los")
    assert set(raised) == {"event", "at", "state", "alarm", "about", "severity", "en", "zh"}
    assert (raised["state"], raised["alarm"]) == ("raised", "e1_los")
    assert raised["en"].isascii()
    assert not raised["zh"].isascii()
    assert (cleared["state"], cleared["alarm"]) == ("cleared", "e1_los")
    assert set(served.of("link_up")[0]) == {"event", "at", "link"}
    calls = served.of("call")
    assert {frozenset(call) for call in calls} == {frozenset(
        ("event", "at", "id", "dir", "line", "ts", "number", "state", "cause"))}
    assert (calls[0]["state"], calls[0]["dir"], calls[-1]["state"]) == ("offered", "out", "cleared")
    assert [line["at"] for line in served.lines[1:]] == sorted(line["at"] for line in served.lines[1:])


def test_programs_and_clocks_are_told_of_as_they_come_and_go(tmp_path: Path) -> None:
    served = odd(tmp_path, "long")
    assert [(line["event"], line["source"]) for line in served.lines if "source" in line] == [
        ("attached", "clock/0"), ("attached", "e1-0:16")]
    assert served.lines[0]["addresses"] == {"e1-0:16": f"unix:{tmp_path}/d", "clock/0": f"unix:{tmp_path}/c"}


# -- beside a program that behaves ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pri_peer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_pri_peer(tmp_path_factory.mktemp("peer")))


@pytest.mark.peer("libpri-dev")
def test_a_second_program_on_the_same_timeslot_is_refused_and_the_first_goes_on(tmp_path: Path, pri_peer: str) -> None:
    intruders: list[socket.socket] = []

    def intrude(line: Line, _: list[Program]) -> None:
        if line["event"] == "link_up":
            for path in ("d", "c"):
                intruders.append(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
                intruders[-1].connect(str(tmp_path / path))

    program = [pri_peer, "--attach", f"{tmp_path}/d", "--clock", f"{tmp_path}/c", "--side", "network", "--calls", "10"]
    served = serve(tmp_path, "one_e1_pri", *addresses(tmp_path), programs=[program], react=intrude)
    assert len(intruders) == 2
    for intruder in intruders:
        intruder.settimeout(5)
        assert intruder.recv(10) == b""
        intruder.close()
    assert (served.exit_code, served.summary()["answered_out"]) == (0, 10)
    assert served.done["attachments"]["e1-0:16"]["refused"] == 1
    assert [line["arguments"] for line in served.journal("order_given")].count("e1-0:16 refused") == 1
    assert replay(served.folder)[0] == 0


@pytest.fixture
def two_lines(tmp_path: Path) -> str:
    """The shipped machine, with another line beside the first."""
    text = (shipped("boards") / "machines" / "one_e1_pri.yaml").read_text()
    changed = text.replace("names: e1-0", "names: e1-0..e1-1").replace("name: one_e1_pri", "name: two_e1_pri")
    assert changed.count("e1-1") == 1
    (tmp_path / "two_e1_pri.yaml").write_text(changed)
    return str(tmp_path / "two_e1_pri.yaml")


def beside(folder: Path, machine: str, pri_peer: str, rubbish: int, *, clocked: bool) -> Served:
    """libpri on the first line; on the second a program that sends rubbish, in lockstep or whenever it can."""
    good = [pri_peer, "--attach", f"{folder}/d", "--clock", f"{folder}/c", "--side", "network", "--calls", "20",
            "--expect", "20"]
    bad = [pri_peer, "--attach", f"{folder}/x", "--garbage", str(rubbish), "--seed", "7"]
    options = ["--attach", f"e1-1:16=hdlc:unix:{folder}/x", "--dial", "e1-0=139*20"]
    if clocked:
        bad += ["--clock", f"{folder}/y"]
        options += ["--clock", f"unix:{folder}/y"]
    return serve(folder, machine, *addresses(folder), *options, programs=[good, bad])


@pytest.mark.peer("libpri-dev")
def test_rubbish_on_another_line_is_counted_and_the_first_goes_on(tmp_path: Path, two_lines: str,
                                                                  pri_peer: str) -> None:
    served = beside(tmp_path / "a", two_lines, pri_peer, 600, clocked=True)
    end = served.summary()
    assert (served.exit_code, end["answered_out"], end["answered_in"], end["complaints"]) == (0, 20, 20, 0)
    counts = served.done["attachments"]
    assert served.programs[1][-1]["garbage"] == 600
    assert counts["e1-1:16"]["bad_length"] > 50
    assert counts["e1-1:16"]["bad_length"] + counts["e1-1:16"]["taken"] == 600
    assert counts["e1-0:16"]["bad_length"] == 0
    assert len([line for line in served.journal("violated") if line["link"] == "e1-1:16"]) > 100
    assert {line["line"] for line in served.of("call")} == {"e1-0"}
    again = beside(tmp_path / "b", two_lines, pri_peer, 600, clocked=True)
    assert again.done["digest"] == served.done["digest"]
    assert replay(served.folder)[0] == 0


@pytest.mark.peer("libpri-dev")
def test_rubbish_that_comes_whenever_it_can_changes_nothing_on_the_first_line(tmp_path: Path, two_lines: str,
                                                                             pri_peer: str) -> None:
    much = beside(tmp_path / "much", two_lines, pri_peer, 3000, clocked=False)
    little = beside(tmp_path / "little", two_lines, pri_peer, 1, clocked=False)
    assert (much.exit_code, little.exit_code) == (0, 0)
    assert much.programs[0] == little.programs[0]
    assert much.done["attachments"]["e1-1:16"]["bad_length"] > 50
    assert little.done["attachments"]["e1-1:16"]["bad_length"] <= 1
    assert replay(much.folder)[0] == 0
