"""`switchsim serve --e1d` against programs that speak the protocol of osmo-e1d with the standard library alone: that of
examples/e1d, and clients here that do it step by step."""

from __future__ import annotations

import json
import socket
import struct
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from e1d_bench import EXAMPLE, Client, with_client
from serve_bench import replay, serve
from timeslots import BLOCK, HDLC, RAW, block_of

from switchsim.assembly.built import Machine
from switchsim.dsp.e1 import LOS
from switchsim.farend.e1d import PLACE
from switchsim.model.order import Act

FAST = ("--pace", "fast")
RAW_SLOT, HDLC_SLOT, LATE = 5, 7, 24
"""Timeslots 5 and 7 are looped at the machine; what is sent comes back 24 cycles later: the line twice, the loop."""


@pytest.fixture(autouse=True)
def looped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's ends of two timeslots are looped, and its line is lost from second 4 to 6 of the run."""
    power_on = Machine.power_on

    def with_loops(machine: Machine) -> None:
        power_on(machine)
        line = machine.layout.lines[0]
        for timeslot in (RAW_SLOT, HDLC_SLOT):
            machine.engine.connect(line.transmit_cell + timeslot, line.receive_cell + timeslot)
        for at, status in ((32_000, LOS), (48_000, 0)):
            machine.order(at, PLACE, Act("line_status", {"line": "e1-0", "status": status}))

    monkeypatch.setattr(Machine, "power_on", with_loops)


# -- the show ----------------------------------------------------------------------------------------------------------


def test_ten_seconds_of_octets_and_frames_come_back_bit_by_bit_and_los_is_told(tmp_path: Path) -> None:
    path, kept = tmp_path / "e1d.ctl", tmp_path / "heard"
    program = [*EXAMPLE, str(path), "--raw", str(RAW_SLOT), "--hdlc", str(HDLC_SLOT), "--keep", str(kept)]
    served = serve(tmp_path, "one_e1_pri", "--e1d", str(path), *FAST, "--seconds", "11", programs=[program])
    assert served.exit_code == 0, served.errors
    summary = served.summary()
    sent = b"".join(map(block_of, range(499)))  # block n goes on the line as block n + 1 comes
    heard = kept.read_bytes()
    assert len(heard) == 80_000
    assert heard[BLOCK + LATE :] == sent[: len(heard) - BLOCK - LATE]
    assert set(heard[LATE : BLOCK + LATE]) == {0xFF}
    assert summary["frames"] == [(b"frame %d" % number).hex() for number in range(0, 491, 10)]
    assert summary["events"] == ["los on", "los off"]
    counts = served.done["attachments"]["e1d"]
    assert (counts["opened"], counts["underruns"], counts["wrong_magic"], counts["slow"]) == (2, 0, 0, 0)
    assert replay(served.folder) == (0, f"equal, digest {served.done['digest']}\n")


def test_at_real_pace_blocks_come_in_time_and_nothing_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "e1d.ctl"
    program = [*EXAMPLE, str(path), "--seconds", "1"]
    served = serve(tmp_path, "one_e1_pri", "--e1d", str(path), "--seconds", "2", programs=[program])
    assert served.exit_code == 0
    assert served.summary()["octets"] == 8000
    assert json.loads((served.folder / "run.json").read_text())["pace"] == "1"
    assert replay(served.folder)[0] == 0


# -- opening and closing -----------------------------------------------------------------------------------------------


def test_a_timeslot_is_one_clients_until_it_is_closed_or_taken_by_force(tmp_path: Path) -> None:
    def act(client: Client) -> tuple[bytes, bytes, bytes]:
        one, other = client.control(), client.control()
        first = client.open(RAW_SLOT, RAW, one)
        busy, none = client.ask_open(other, RAW_SLOT, RAW)
        assert none is None
        forced, second = client.ask_open(other, RAW_SLOT, HDLC, 0x80)
        assert second is not None
        while first.recv(BLOCK):  # what came before it was taken; then the end
            pass
        second.send(b"a frame by force")
        second.close()
        again, _ = client.ask_open(one, RAW_SLOT, RAW)
        return busy, forced, again

    served, (busy, forced, again) = with_client(tmp_path, act, *FAST, "--seconds", "20")
    assert busy == b""
    assert forced == bytes([RAW_SLOT, HDLC, 0, 0, 0, 0xA5])
    assert again == bytes([RAW_SLOT, RAW, 0, 0, 0, 0xA5])
    assert [line["detail"].partition(": ")[2] for line in served.of("detached")].count("taken over") == 1
    attached = [line["source"] for line in served.journal("program_attached")]
    assert attached == ["e1-0:5"] * 3
    assert len(list(served.journal("program_detached"))) == 3
    assert replay(served.folder)[0] == 0


def test_timeslots_stay_open_when_the_control_socket_is_closed(tmp_path: Path) -> None:
    """As with osmo-e1d: a timeslot lives as long as its own descriptor."""
    def act(client: Client) -> int:
        control = client.control()
        raw = client.open(RAW_SLOT, RAW, control)
        control.socket.close()
        heard = 0
        while octets := raw.recv(BLOCK):
            heard += len(octets)
            raw.sendall(octets)
            if heard >= 4000:
                break
        return heard

    served, heard = with_client(tmp_path, act, *FAST, "--seconds", "1")
    assert (heard, served.exit_code) == (4000, 0)


def test_who_only_listens_holds_nobody_up(tmp_path: Path) -> None:
    """It is given a second for its first block; then the line carries ones, and the machine goes on."""
    def act(client: Client) -> bytes:
        raw, heard = client.open(RAW_SLOT, RAW), b""
        while octets := raw.recv(4096):
            heard += octets
        return heard

    served, heard = with_client(tmp_path, act, *FAST, "--seconds", "2")
    assert len(heard) == 16_000
    assert set(heard[LATE:]) == {0xFF}
    assert served.done["attachments"]["e1d"]["underruns"] == 0


def test_frames_that_are_too_long_are_dropped_and_counted(tmp_path: Path) -> None:
    def act(client: Client) -> list[bytes]:
        hdlc = client.open(HDLC_SLOT, HDLC)
        for size in (264, 265, 4000, 3):
            hdlc.send(bytes(range(size % 251)) + bytes(size - size % 251))
        return [hdlc.recv(4096), hdlc.recv(4096)]

    served, frames = with_client(tmp_path, act, *FAST, "--seconds", "1")
    assert [len(frame) for frame in frames] == [264, 3]
    counts = served.done["attachments"]["e1d"]
    assert (counts["bad_length"], counts["frames_in"], counts["frames_out"]) == (2, 2, 2)


# -- who does it wrong -------------------------------------------------------------------------------------------------


def test_clients_that_break_the_protocol_are_disconnected_and_counted_and_nobody_else_notices(tmp_path: Path) -> None:
    wrong = {
        "wrong_magic": struct.pack("=HHBBBB", 0x01E2, 8, 0, 255, 255, 255),
        "wrong_length": struct.pack("=HHBBBB", 0x01E1, 9, 0, 255, 255, 255),
        "wrong_type": struct.pack("=HHBBBB", 0x01E1, 8, 6, 255, 255, 255),
        "wrong_filter": struct.pack("=HHBBBB", 0x01E1, 8, 1, 255, 255, 255),
    }

    def act(client: Client) -> bytes:
        raw, heard, number = client.open(RAW_SLOT, RAW), b"", 0
        bad = [(octets, client.control().socket) for octets in (*wrong.values(), b"", b"\0" * 5000)]
        while len(heard) < 8000:
            octets = raw.recv(BLOCK)
            heard += octets
            raw.sendall(block_of(number))
            if number % 5 == 0 and bad:
                packet, one = bad.pop()
                one.send(packet)
                assert one.recv(100) == b""
            number += 1
        return heard

    served, heard = with_client(tmp_path, act, *FAST, "--seconds", "2")
    assert heard[BLOCK + LATE : 49 * BLOCK] == b"".join(map(block_of, range(48)))[: 48 * BLOCK - LATE]
    counts = served.done["attachments"]["e1d"]
    assert {name: counts[name] for name in wrong} == {
        "wrong_magic": 2, "wrong_length": 2, "wrong_type": 1, "wrong_filter": 1}
    assert counts["clients"] == 7
    assert sum("wrong " in line.get("detail", "") for line in served.of("detached")) == 6
    assert replay(served.folder)[0] == 0


# -- options -----------------------------------------------------------------------------------------------------------


def test_nobody_who_opens_a_timeslot_makes_the_run_invalid(tmp_path: Path) -> None:
    served = serve(tmp_path, "one_e1_pri", "--e1d", str(tmp_path / "ctl"), "--wait", "0.2")
    assert (served.exit_code, served.done["at"]) == (3, 0)
    assert "e1d" in " ".join(served.done["reasons"])
    assert not (tmp_path / "ctl").exists()


def test_a_path_that_is_taken_and_one_named_twice_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ctl").write_text("mine")
    assert serve(tmp_path, "one_e1_pri", "--e1d", str(tmp_path / "ctl")).exit_code == 2
    assert (tmp_path / "ctl").read_text() == "mine"
    path = tmp_path / "both"
    both = serve(tmp_path, "one_e1_pri", "--e1d", str(path), "--attach", f"e1-0:5=raw:unix:{path}")
    assert (both.exit_code, "used twice" in both.errors) == (2, True)
    assert serve(tmp_path, "one_e1_pri", "--e1d", "x" * 200).exit_code == 2


def test_a_stale_socket_gives_way(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left_over:
        left_over.bind(str(tmp_path / "e1d.ctl"))
    served, _ = with_client(tmp_path, lambda client: client.open(HDLC_SLOT, HDLC).fileno(), *FAST, "--seconds", "1")
    assert served.exit_code == 0


def test_a_scenario_holds_it_under_sut(tmp_path: Path) -> None:
    from switchsim.cli.main import run_command_line

    path = tmp_path / "ctl"
    (tmp_path / "open.yaml").write_text(json.dumps({
        "format": 1, "title": "a program opens a timeslot", "machine": "one_e1_pri", "seconds": 2,
        "sut": {"e1d": str(path), "pace": "fast", "ready_within": "20s",
                "command": [*EXAMPLE, str(path), "--seconds", "1"]},
        "expect": [{"kind": "count", "event": "program_attached", "min": 1, "max": 1}]}))
    assert run_command_line(["run", str(tmp_path / "open.yaml"), "--quiet", "--out", str(tmp_path / "run")]) == 0
    assert replay(tmp_path / "run")[0] == 0


def test_a_line_that_is_lost_is_told_by_the_framer_of_its_far_end(tmp_path: Path) -> None:
    """The machine sends no pulses for half a second: LOS and the loss of alignment, on and off."""
    (tmp_path / "los.yaml").write_text(json.dumps({
        "format": 1, "machine": "one_e1_pri", "seconds": 3, "timeline": [
            {"at": "1s", "fault": "line_los", "where": {"line": "e1-0"}, "values": {"direction": "sent"},
             "for": "500ms"}]}))

    def act(client: Client) -> list[str]:
        control = client.control()
        raw, heard = client.open(RAW_SLOT, RAW, control), 0
        while heard < 20_000:
            heard += len(raw.recv(BLOCK))
            raw.sendall(bytes(BLOCK))
        while len(control.events) < 4:
            control.receive()
        return control.events

    served, events = with_client(tmp_path, act, *FAST, "--scenario", str(tmp_path / "los.yaml"))
    assert events == ["los on", "lof on", "los off", "lof off"]
    assert replay(served.folder)[0] == 0
