"""Files that are written while a run goes on: WAVs of any length, taps.pcapng with damaged frames and its counts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.errors import OutputError
from switchsim.report import wav
from switchsim.report.folder import TAPS
from switchsim.report.taps import ERRORS, Interface, TapFiles
from switchsim.report.wav import BUFFER, AlawFile, write_alaw
from switchsim.scenario.capture import read_capture

D_RECEIVED, D_SENT = "e1-0:16 received", "e1-0:16 sent"
ROWS = [Interface(D_RECEIVED, "lapd", "received"), Interface(D_SENT, "lapd", "sent"),
        Interface("e1-1:5 sent", "hdlc", "sent")]  # fmt: skip
FRAME = bytes.fromhex("02017f")


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_a_sound_in_pieces_is_the_sound(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("wav")
    sound = AlawFile(folder / "pieces.wav")
    for piece in pieces:
        sound.add(piece)
    sound.complete()
    write_alaw(folder / "whole.wav", b"".join(pieces))
    assert (folder / "pieces.wav").read_bytes() == (folder / "whole.wav").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["pieces.wav", "whole.wav"]


def test_a_long_sound_takes_no_memory(tmp_path: Path) -> None:
    sound = AlawFile(tmp_path / "audio" / "a.wav")
    for _ in range(100):
        sound.add(bytes(8000))
        assert len(sound._buffer) < BUFFER
    assert not (tmp_path / "audio" / "a.wav").exists(), "it is not complete"
    sound.complete()
    assert (tmp_path / "audio" / "a.wav").stat().st_size == 800_000 + 58


def test_a_sound_that_is_too_long_for_a_wav_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wav, "MOST_OCTETS", 10)
    sound = AlawFile(tmp_path / "a.wav")
    for _ in range(3):
        sound.add(b"123456")
    sound.complete()
    assert (tmp_path / "a.wav").read_bytes()[58:] == b"1234561234"


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    sound = AlawFile(tmp_path / "audio" / "a.wav")
    (tmp_path / "audio" / "a.wav.part").unlink()
    (tmp_path / "audio").rmdir()
    with pytest.raises(OutputError, match=r"a\.wav: could not be written"):
        sound.complete()


def tapped(folder: Path) -> Path:
    files = TapFiles(folder, ROWS)
    files.frame(D_SENT, 80, FRAME)
    files.bad_frame(D_SENT, 160, "fcs", 9)
    files.bad_frame(D_SENT, 168, "abort", 2)
    files.bad_frame(D_SENT, 176, "fcs", 7)
    files.frame(D_RECEIVED, 8 * 10**12, FRAME)
    assert not (folder / TAPS).exists(), "it is not complete"
    files.complete(9 * 10**12)
    return folder / TAPS


def test_frames_are_read_again_and_damaged_ones_passed_over(tmp_path: Path) -> None:
    files = TapFiles(tmp_path, ROWS[:2])
    files.frame(D_SENT, 80, FRAME)
    files.bad_frame(D_SENT, 160, "fcs", 9)
    files.frame(D_RECEIVED, 240, FRAME)
    files.complete(800)
    capture = read_capture((tmp_path / TAPS).read_bytes(), TAPS)
    assert [(one.number, one.interface, one.at_ns, one.octets, one.direction) for one in capture.packets] == [
        (1, 1, 80 * 125_000, FRAME, "sent"), (3, 0, 240 * 125_000, FRAME, "received")]
    assert [(one.name, one.link_type) for one in capture.interfaces] == [(D_RECEIVED, 203), (D_SENT, 203)]


def test_nothing_captured_leaves_no_file(tmp_path: Path) -> None:
    TapFiles(tmp_path, []).complete(800)
    assert not list(tmp_path.iterdir())


def test_a_timeslot_on_which_nothing_passed_is_there(tmp_path: Path) -> None:
    TapFiles(tmp_path, ROWS[:1]).complete(800)
    capture = read_capture((tmp_path / TAPS).read_bytes(), TAPS)
    assert ([one.name for one in capture.interfaces], capture.packets) == ([D_RECEIVED], ())


def tshark(file: Path, *options: str) -> list[str]:
    done = subprocess.run(["tshark", "-r", str(file), *options], capture_output=True, text=True, timeout=60)
    said = [line for line in done.stderr.splitlines() if not line.startswith("Running as user")]
    assert (done.returncode, said) == (0, [])
    return done.stdout.splitlines()


@pytest.mark.peer("tshark", binary="tshark")
def test_tshark_says_what_was_wrong_with_frames(tmp_path: Path) -> None:
    """Which interface, when, how long, and the bits of packet flags of the pcapng specification."""
    fields = ("frame.interface_name", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.packet_flags_crc_error",
              "frame.packet_flags_symbol_error", "frame.packet_flags_direction")  # fmt: skip
    told = tshark(tapped(tmp_path), "-T", "fields", *(word for name in fields for word in ("-e", name)))
    yes, no = {"1", "True"}, {"0", "False"}
    rows = [row.split("\t") for row in told]
    assert [row[:4] for row in rows] == [
        [D_SENT, "0.010000000", "3", "3"], [D_SENT, "0.020000000", "9", "0"], [D_SENT, "0.021000000", "2", "0"],
        [D_SENT, "0.022000000", "7", "0"], [D_RECEIVED, "1000000000.000000000", "3", "3"]]
    assert [row[4] in yes for row in rows] == [False, True, False, True, False]
    assert [row[5] in yes for row in rows] == [False, False, True, False, False]
    assert all(row[4] in yes | no for row in rows)
    assert [int(row[6], 0) for row in rows] == [2, 2, 2, 2, 1]


@pytest.mark.peer("tshark", binary="capinfos")
def test_the_counts_of_an_interface_stand_at_its_end(tmp_path: Path) -> None:
    """Octet for octet, and capinfos finds a block of statistics an interface."""
    octets = tapped(tmp_path).read_bytes()
    for comment in ("1 good frames, 0 bad", "1 good frames, 3 bad: 1 abort, 2 fcs", "0 good frames, 0 bad"):
        assert comment.encode() in octets
    told = subprocess.run(["capinfos", str(tmp_path / TAPS)], capture_output=True, text=True, timeout=60).stdout
    assert told.count("Number of stat entries = 1") == 3
    assert "Number of interfaces in file: 3" in told


def test_each_reason_has_a_bit_of_its_own() -> None:
    assert set(ERRORS) == {"fcs", "abort", "short", "long", "align"}
    assert len(set(ERRORS.values())) == len(ERRORS)
    assert all(bit & 0xFFFF_0000 == bit for bit in ERRORS.values())
