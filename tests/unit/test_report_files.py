"""Files made of a run: signalling.pcapng, WAV, and the ladder - the first two judged by tshark and sox."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from by_hand import Row, at_mpu, offered, record_of, records
from lapd_by_hand import ESTABLISHED, LAP, LINK, i_frame, message, received, rr, sent

from switchsim.errors import BadInput
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallQueued,
    CallState,
    CallUnqueued,
    FrameReceived,
    FrameSent,
    PartyDials,
    PartyHears,
    PartyPlaced,
    SeatState,
)
from switchsim.report.ladder import call_list, ladder
from switchsim.report.pcapng import write_pcapng
from switchsim.report.wav import write_alaw, write_linear

SETUP_IES = "04038090a3 1803a98381 6c0c0080" + b"1390000001".hex() + " 7006c1" + b"10060".hex()
CHANNEL_1 = "1803a98381"
CAUSE_16 = "08028090"


def exchange() -> list[Row]:
    """A call from the network: we are the user side."""
    steps = [
        (8000, "<", 0x05, SETUP_IES), (8100, ">", 0x02, CHANNEL_1), (8200, ">", 0x07, ""), (8300, "<", 0x0F, ""),
        (40_000, "<", 0x45, CAUSE_16), (40_100, ">", 0x4D, ""), (40_200, "<", 0x5A, ""),
    ]  # fmt: skip
    rows, ns, nr = list(ESTABLISHED), 0, 0
    for at, way, kind, elements in steps:
        if way == "<":
            rows.append(received(at, i_frame(nr, ns, message(kind, 5, False, elements), user=False)))
            nr += 1
            rows.append(sent(at + 8, rr(nr)))
        else:
            rows.append(sent(at, i_frame(ns, nr, message(kind, 5, True, elements))))
            ns += 1
            rows.append(received(at + 40, rr(ns, user=False)))
    return rows


CALL: list[Row] = sorted(
    [
        *exchange(),
        (8000, LAP, FrameSent("e1-1:16", "02017f")),
        (7000, "far/1", PartyPlaced(11, "e1-0", 1, "")),
        *at_mpu(8050, offered(1), CallState(1, "service", "menu")),
        *at_mpu(8200, CallAnswered(1)),
        (9000, "far/1", PartyHears(11, "prompt", "welcome", 8990)),
        (9500, "far/1", PartyDials(11, "1")),
        *at_mpu(12_000, CallQueued(1, "sales", 1)),
        *at_mpu(13_000, SeatState("8001", "ringing", 1)),
        *at_mpu(14_000, CallUnqueued(1, "sales", "seat", 2000), SeatState("8001", "talk", 1), CallState(1, "talk", "")),
        *at_mpu(40_050, CallCleared(1, 16, "caller"), record_of(1, 8050, 8200)),
    ],
    key=lambda row: row[0],
)


# -- pcapng ------------------------------------------------------------------------------------------------------


def test_pcapng_has_the_same_octets_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert write_pcapng(tmp_path / name, records(CALL)) == len(exchange()) + 1
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    write_pcapng(tmp_path / "c", records(CALL[1:]))
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_pcapng_without_frames_is_an_empty_capture(tmp_path: Path) -> None:
    assert write_pcapng(tmp_path / "a", records([])) == 0
    assert (tmp_path / "a").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


@pytest.mark.peer("tshark", binary="tshark")
def test_tshark_reads_every_frame_and_finds_none_malformed(tmp_path: Path) -> None:
    write_pcapng(tmp_path / "signalling.pcapng", records(CALL))
    fields = ["frame.time_epoch", "frame.interface_name", "frame.packet_flags_direction", "q931.message_type"]
    fields += ["_ws.malformed", "q931.channel.number", "q931.cause_value"]
    command = ["tshark", "-r", str(tmp_path / "signalling.pcapng"), "-T", "fields", "-E", "separator=;"]
    for field in fields:
        command += ["-e", field]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    frames = [row for row in CALL if isinstance(row[2], FrameSent | FrameReceived)]
    assert len(told) == len(frames)
    rows = [line.split(";") for line in told]
    assert [round(float(row[0]) * 8000) for row in rows] == [at for at, _, _ in frames]
    assert [row[1] for row in rows] == [getattr(event, "link", "") for _, _, event in frames]
    directions = {1: FrameReceived, 2: FrameSent}
    assert [directions[int(row[2], 16)] for row in rows] == [type(event) for _, _, event in frames]
    assert [int(row[3], 16) for row in rows if row[3]] == [0x05, 0x02, 0x07, 0x0F, 0x45, 0x4D, 0x5A]
    assert not any(row[4] for row in rows)
    assert [row[5] for row in rows if row[5]] == ["1", "1"]
    assert [row[6] for row in rows if row[6]] == ["16"]


@pytest.mark.peer("tshark", binary="tshark")
def test_tshark_would_find_a_malformed_frame(tmp_path: Path) -> None:
    broken = received(9, i_frame(0, 0, message(0x05, 5, False, "0403"), user=False))
    write_pcapng(tmp_path / "broken.pcapng", records([broken]))
    command = ["tshark", "-r", str(tmp_path / "broken.pcapng"), "-Y", "_ws.malformed or _ws.expert.severity == error"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert told.strip()


# -- WAV ---------------------------------------------------------------------------------------------------------


@pytest.mark.peer("sox", binary="sox")
@pytest.mark.parametrize("length", [0, 1, 8001])
def test_sox_reads_alaw(tmp_path: Path, length: int) -> None:
    octets = bytes(number * 37 % 256 for number in range(length))
    write_alaw(tmp_path / "audio" / "caller.wav", octets)
    command = ["sox", str(tmp_path / "audio" / "caller.wav"), "-t", "raw", "-e", "a-law", "-b", "8", "-"]
    got = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert len(got.stdout) == length
    if length:
        command = ["sox", "--info", str(tmp_path / "audio" / "caller.wav")]
        info = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        assert "A-law" in info
        assert "8000" in info
        assert not got.stderr


@pytest.mark.peer("sox", binary="sox")
def test_sox_reads_linear(tmp_path: Path) -> None:
    samples = b"".join((number * 321 % 65536 - 32768).to_bytes(2, "little", signed=True) for number in range(800))
    write_linear(tmp_path / "a.wav", samples)
    command = ["sox", str(tmp_path / "a.wav"), "-t", "raw", "-"]
    assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == samples


def test_alaw_header_is_that_of_rfc_2361(tmp_path: Path) -> None:
    write_alaw(tmp_path / "a.wav", b"\xd5" * 5)
    octets = (tmp_path / "a.wav").read_bytes()
    assert int.from_bytes(octets[4:8], "little") == len(octets) - 8
    assert octets[8:16] == b"WAVEfmt "
    assert octets[20:22] == b"\x06\x00"
    assert octets[-6:] == b"\xd5" * 5 + b"\0"


# -- the ladder --------------------------------------------------------------------------------------------------


def test_ladder_tells_the_whole_call_in_order() -> None:
    lines = ladder(records(CALL), 1, ascii_only=True)
    assert lines[0] == (
        "call 1 in e1-0:1 13900000001 > 10060, 1.006s..5.006s, queue sales, seat 8001: "
        "16 normal call clearing by caller"
    )
    expected = [
        "SETUP channel 1, 1390000001 > 10060 -", "| service menu", "- CALL PROCEEDING channel 1", "| answered",
        "- CONNECT", "CONNECT ACKNOWLEDGE -", "hears prompt welcome", "dials 1 -", "| queue sales, position 1",
        "| ---> seat 8001 ringing", "| leaves queue sales after 0.250s: seat", "| <--- seat 8001 talk", "| talk",
        "DISCONNECT cause 16 normal call clearing -", "| cleared by caller", "- RELEASE", "RELEASE COMPLETE -",
    ]  # fmt: skip
    rungs = iter(lines[2:])
    for want in expected:
        assert any(want in rung for rung in rungs), want
    assert all(line.isascii() for line in lines)
    assert len({line.index("|") for line in lines[1:]}) == 1


def test_ladder_arrows_point_where_the_message_goes() -> None:
    lines = ladder(records(CALL), 1)
    setup = next(line for line in lines if "SETUP" in line)
    proceeding = next(line for line in lines if "CALL PROCEEDING" in line)
    assert setup.index("SETUP") < setup.index(">", setup.index("10060")) < setup.index("│")
    assert proceeding.index("<") < proceeding.index("CALL PROCEEDING") < proceeding.index("│")


def test_ladder_of_one_call_leaves_the_others_out() -> None:
    other = [(at + 80_000, place, event) for at, place, event in CALL if isinstance(event, FrameSent | FrameReceived)]
    second = at_mpu(88_050, offered(2))
    both = records(sorted([*CALL, *other, *second], key=lambda row: row[0]))
    assert ladder(both, 1) == ladder(records(CALL), 1)
    assert sum("SETUP" in line for line in ladder(both, 2)) == 1


def test_ladder_leaves_out_what_layer_2_repeats() -> None:
    first = next(row for row in CALL if isinstance(row[2], FrameReceived) and row[0] == 8000)
    again = (8060, *first[1:])
    lines = ladder(records(sorted([*CALL, again], key=lambda row: row[0])), 1)
    assert sum("SETUP" in line for line in lines) == 1


def test_ladder_of_no_call_is_refused() -> None:
    with pytest.raises(BadInput, match=r"no call 9; expected a call 1\.\.1"):
        ladder(records(CALL), 9)
    with pytest.raises(BadInput, match="a run with calls"):
        ladder(records([]), 1)


def test_call_list() -> None:
    up = at_mpu(90_000, offered(2, 0, "seat"))
    assert call_list(records([*CALL, *up])) == [
        ladder(records(CALL), 1)[0],
        "call 2 seat 13900000001 > 10060, 11.250s..still up",
    ]


def test_link_of_the_tests_is_on_the_line_of_the_call() -> None:
    assert LINK.rpartition(":")[0] == "e1-0"
