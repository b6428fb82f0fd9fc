"""`switchsim sweep`: measured tables, JSON and pictures, and how bad input is refused (DESIGN 8)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from switchsim.cli.main import run_command_line
from switchsim.sweeps import spandsp
from switchsim.sweeps.axes import DTMF, KINDS, MFC
from switchsim.sweeps.draw import STYLE

Command = Callable[..., tuple[int, str, str]]
SVG = "{http://www.w3.org/2000/svg}"
SHORT = ("--from", "-12", "--to", "12", "--step", "4", "--each", "2")


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs `switchsim sweep` in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = run_command_line(["sweep", *words])
        told = capfd.readouterr()
        return code, told.out, told.err

    return run


# -- what is measured --------------------------------------------------------------------------------------------------


def test_a_table_has_a_row_a_value(command: Command) -> None:
    code, out, err = command("dtmf", "--axis", "twist", *SHORT)
    assert (code, err) == (0, "")
    rows = [line.split("│")[1:3] for line in out.splitlines() if line.startswith("│")]
    assert [(value.strip(), share.strip()) for value, share in rows] == [
        ("-12", "0.0"), ("-8", "100.0"), ("-4", "100.0"), ("0", "100.0"), ("4", "100.0"), ("8", "100.0"), ("12", "0.0")]
    assert "accepted: heard once, and nothing else; 32 signals a value, seed 1" in out
    assert "\x1b" not in out


def test_json_holds_the_same(command: Command) -> None:
    at = ("--from", "5", "--to", "30", "--step", "25", "--each", "2")
    code, out, _ = command("dtmf", "--axis", "gap", *at, "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["axis"], document["seed"]) == ("gap", 1)
    keys = ("accepted_percent", "otherwise_percent")
    shares = [(row["value"], row["signals"], *(row[key]["switchsim"] for key in keys)) for row in document["points"]]
    assert shares == [(5, 32, 0, 100), (30, 32, 100, 0)], "ridden over: heard once; separated: heard twice"


def test_the_seed_makes_the_signals(command: Command) -> None:
    at_the_edge = ("dtmf", "--axis", "snr", "--from", "3", "--to", "5", "--each", "4", "--json")
    first, again, other = (command(*at_the_edge, "--seed", seed)[1] for seed in ("1", "1", "2"))
    assert first == again
    assert json.loads(first)["points"] != json.loads(other)["points"]


def test_a_value_is_measured_alike_in_any_sweep(command: Command) -> None:
    words = ("dtmf", "--axis", "snr", "--each", "4", "--json")
    alone = json.loads(command(*words, "--from", "4", "--to", "4")[1])["points"]
    assert json.loads(command(*words, "--from", "3", "--to", "5")[1])["points"][1:2] == alone


@pytest.mark.peer("libspandsp2", library="spandsp")
def test_libspandsp_stands_beside(command: Command) -> None:
    points = json.loads(command("dtmf", "--axis", "twist", *SHORT, "--json")[1])["points"]
    theirs = {row["value"]: row["accepted_percent"]["libspandsp"] for row in points}
    assert theirs[0] == 100
    assert theirs[8] == 0


def test_without_libspandsp_there_is_one_column(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spandsp, "_loaded", [None])
    out = command("dtmf", "--axis", "twist", *SHORT)[1]
    assert "switchsim %" in out
    assert "libspandsp" not in out


@pytest.mark.parametrize("kind", KINDS)
def test_the_axes_are_listed(command: Command, kind: str) -> None:
    code, out, _ = command(kind, "--json")
    assert code == 0
    assert [row["axis"] for row in json.loads(out)] == list(KINDS[kind])


@pytest.mark.parametrize("axis", [axis for axis in DTMF if axis != "speech"])
def test_every_axis_of_digits_can_be_swept(command: Command, axis: str) -> None:
    """And somewhere on it all are accepted: the axis moves what it says."""
    points = json.loads(command("dtmf", "--axis", axis, "--each", "1", "--json")[1])["points"]
    assert max(row["accepted_percent"]["switchsim"] for row in points) == 100
    assert len(points) > 10


@pytest.mark.peer("espeak-ng", binary="espeak-ng")
def test_digits_over_speech(command: Command) -> None:
    at = ("--from", "-10", "--to", "30", "--step", "40", "--each", "1")
    code, out, _ = command("dtmf", "--axis", "speech", *at, "--json")
    under, over = (row["accepted_percent"]["switchsim"] for row in json.loads(out)["points"])
    assert code == 0
    assert under < over == 100


@pytest.mark.parametrize("axis", MFC)
def test_every_axis_of_register_signals_can_be_swept(command: Command, axis: str) -> None:
    points = json.loads(command("mfc", "--axis", axis, "--each", "1", "--json")[1])["points"]
    assert max(row["accepted_percent"]["switchsim"] for row in points) == 100
    assert {row["signals"] for row in points} == {15}


@pytest.mark.parametrize(("direction", "limits", "signals"), [
    ("forward", "itu", 15), ("backward", "itu", 15), ("forward", "china", 15), ("backward", "china", 6)])
def test_register_signals_of_each_direction(command: Command, direction: str, limits: str, signals: int) -> None:
    """China No.1 has six backward signals. Adjacent frequencies 5 dB apart operate, 20 dB apart none do (Q.455)."""
    at = ("--axis", "twist", "--from", "-20", "--to", "5", "--step", "5", "--each", "1", "--json")
    document = json.loads(command("mfc", *at, "--direction", direction, "--limits", limits)[1])
    assert document["what"] == f"R2 MFC {direction}, limits {limits}"
    assert {row["signals"] for row in document["points"]} == {signals}
    shares = {row["value"]: row["accepted_percent"]["switchsim"] for row in document["points"]}
    assert (shares[-20], shares[-5], shares[0], shares[5]) == (0, 100, 100, 100)


def test_limits_by_name(command: Command) -> None:
    """The Chinese ones accept -23 dBm0 a tone and refuse -31."""
    at = ("--axis", "level", "--from", "-31", "--to", "-23", "--step", "8", "--each", "2", "--json")
    shares = {}
    for limits in ("default", "china"):
        points = json.loads(command("dtmf", *at, "--limits", limits)[1])["points"]
        shares[limits] = [row["accepted_percent"]["switchsim"] for row in points]
    assert shares == {"default": [100, 100], "china": [0, 100]}


def test_some_digits_alone(command: Command) -> None:
    points = json.loads(command("dtmf", "--axis", "twist", *SHORT, "--digits", "15", "--json")[1])["points"]
    assert {row["signals"] for row in points} == {4}


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_png_shows_both_curves(command: Command, tmp_path: Path) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.image import imread

    code, _, err = command("dtmf", "--axis", "twist", *SHORT, "--out", "twist.png")
    assert (code, err) == (0, "drawn: twist.png\n")
    picture = imread(tmp_path / "twist.png")[..., :3]
    assert picture.shape == (456, 864, 3)
    names = ["switchsim", *(["libspandsp"] if spandsp.load() else [])]
    for name in names:
        near = abs(picture - to_rgb(STYLE[name]["color"])).max(axis=-1) < 0.02
        assert near.sum() > 200, f"no curve of {name}"
        assert near.any(axis=0).sum() > 300, f"the curve of {name} is narrow"


def test_an_svg_says_what_is_drawn_and_is_the_same_again(command: Command, tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        assert command("dtmf", "--axis", "twist", *SHORT, "--out", name)[0] == 0
    document = (tmp_path / "a.svg").read_bytes()
    assert document == (tmp_path / "b.svg").read_bytes()
    texts = {text for one in ET.fromstring(document).iter(f"{SVG}text") for text in one.itertext()}
    assert {"switchsim", "twist, high minus low, dB", "DTMF, limits default"} <= texts


def test_without_matplotlib_it_is_said_before_anything_is_measured(command: Command,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert command("dtmf", "--axis", "twist", "--out", "x.png") == (2, "", (
        "matplotlib: is not installed; expected it, to draw curves; pip install 'switchsim[plots]'\n"))


def test_a_full_disk_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "full.png").symlink_to("/dev/full")
    code, out, err = command("dtmf", "--axis", "twist", *SHORT, "--out", "full.png")
    assert code == 74
    assert "32 signals a value" in out, "what was measured is not lost"
    assert err == "full.png: could not be written: No space left on device\n"


# -- bad input ---------------------------------------------------------------------------------------------------------

BAD = [
    (("dtmf", "--axis", "tilt"), "--axis: dtmf has no axis 'tilt'; expected one of bit_errors, clipping, "),
    (("dtmf", "--axis", "twist", "--from", "-30"), "--from: -30 is outside axis twist; expected -20 to 20; "),
    (("dtmf", "--axis", "level", "--to", "4"), "--to: 4 is outside axis level; expected -70 to 3; "),
    (("dtmf", "--axis", "twist", "--from", "much"), "--from: 'much' is no number; expected a decimal number"),
    (("dtmf", "--axis", "twist", "--from", "nan"), "--from: 'nan' is no number"),
    (("dtmf", "--axis", "twist", "--step", "0"), "--step: 0 leads nowhere; expected a number above 0; the axis's own"),
    (("dtmf", "--axis", "twist", "--step", "-1"), "--step: -1 leads nowhere; expected a number above 0"),
    (("dtmf", "--axis", "twist", "--step", "0.001"), "--step: 28001 values from -14 to 14 in steps of 0.001; expected"),
    (("dtmf", "--axis", "twist", "--from", "3", "--to", "1"),
     "--from: 3 is above --to 1; expected --from not above --to; swap them\n"),
    (("dtmf", "--axis", "twist", "--from", "18"),
     "--from: 18 is above --to 14; expected --from not above --to; give both; of twist they are -14 and 14 where"),
    (("dtmf", "--axis", "twist", "--direction", "forward"),
     "--direction: dtmf has no directions; expected the kind mfc; leave it out, or sweep mfc --direction forward"),
    (("dtmf", "--to", "3"), "--to: nothing is swept without an axis; expected --axis NAME; `switchsim sweep dtmf`"),
    (("mfc", "--axis", "twist", "--direction", "backward", "--limits", "china", "--digits", "67"),
     "--digits: '67' are not all backward signals of limits china; expected of 1-6, which is all that there is; or"),
    (("dtmf", "--axis", "twist", "--each", "0"), "--each: 0 signals of each; expected 1 to 10000"),
    (("dtmf", "--axis", "twist", "--seed", "-1"), "--seed: -1 is no seed; expected 0 to 2^64-1"),
    (("dtmf", "--axis", "twist", "--digits", "12X"), "--digits: '12X' is no row of digits; expected of 0-9 A-D * #"),
    (("dtmf", "--axis", "twist", "--digits", ""), "--digits: '' is no row of digits"),
    (("mfc", "--axis", "twist", "--digits", "0"), "--digits: '0' are no register signals; expected of 1-9 A-F"),
    (("dtmf", "--axis", "twist", "--limits", "mars"), "--limits: dtmf has no limits 'mars'; expected one of "),
    (("mfc", "--axis", "twist", "--limits", "mars"), "--limits: mfc has no limits 'mars'; expected one of china, itu"),
    (("dtmf", "--axis", "twist", "--out", "x.jpg"), "x.jpg: is no picture that can be drawn; expected a name that"),
    (("dtmf", "--axis", "twist", "--out", "no/x.png"), "no/x.png: its folder is not there; expected a file in"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=lambda value: value if isinstance(value, str) else None)
def test_bad_input_is_one_line(command: Command, words: tuple[str, ...], message: str) -> None:
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_an_unknown_kind_is_a_usage_error(command: Command) -> None:
    code, _, err = command("ftmd", "--axis", "twist")
    assert code == 2
    assert "'ftmd' is not one of 'dtmf', 'mfc'" in err


def test_without_espeak_a_sweep_over_speech_says_what_is_missing(command: Command,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("switchsim.sweeps.stimulus._voices", [])
    code, out, err = command("dtmf", "--axis", "speech", "--each", "1")
    assert (code, out) == (2, "")
    assert err == "espeak-ng: is not installed; expected the program, for speech; apt-get install espeak-ng\n"


# -- completion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "wanted"), [
    ("switchsim sweep dtmf --axis tw", {"twist"}),
    ("switchsim sweep mfc --axis ", set(KINDS["mfc"])),
    ("switchsim sweep mfc --limits ", {"itu", "china"}),
    ("switchsim sweep m", {"mfc"}),
    ("switchsim swe", {"sweep"}),
])  # fmt: skip
def test_completion(words: str, wanted: set[str]) -> None:
    environment = {**os.environ, "_SWITCHSIM_COMPLETE": "bash_complete", "COMP_WORDS": words,
                   "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run([sys.executable, "-c", "from switchsim.cli.main import cli; cli(prog_name='switchsim')"],
                          env=environment, capture_output=True, text=True, check=False)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == wanted, done.stderr
