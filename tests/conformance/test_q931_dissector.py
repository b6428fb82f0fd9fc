"""An outside judge reads what we send: complete calls over LAPD, as a capture of link type 203, dissected by tshark."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from switchsim.proto import q921, q931
from switchsim.proto.q931 import Interface, InterfaceState, Number, SetupRequest, Text
from switchsim.proto.q931.elements import Ie

LINKTYPE_LAPD = 203


class Span:
    """Network and user joined by a wire that keeps every frame."""

    def __init__(self) -> None:
        self.links = {side: q921.Lapd(q921.LapdState(side)) for side in ("network", "user")}
        self.calls = {side: Interface(InterfaceState(side)) for side in ("network", "user")}
        self.frames: list[tuple[str, bytes]] = []
        self.seen: list[tuple[str, Any]] = []
        self.run("network", self.links["network"].establish())

    def run(self, side: str, actions: list[Any]) -> None:
        """Carry actions out until the wire is quiet."""
        work = [(side, action) for action in actions]
        other = {"network": "user", "user": "network"}
        while work:
            side, action = work.pop(0)
            new: list[Any] = []
            at = side
            if isinstance(action, q921.SendFrame):
                self.frames.append((side, action.octets))
                at = other[side]
                new = self.links[at].receive(action.octets)
            elif isinstance(action, q921.Established | q921.Released):
                new = self.calls[side].data_link(isinstance(action, q921.Established))
            elif isinstance(action, q921.Data):
                new = self.calls[side].receive(action.octets)
            elif isinstance(action, q931.SendL3):
                new = self.links[side].send(action.octets)
            elif isinstance(action, q931.EstablishLink):
                new = self.links[side].establish()
            else:
                self.seen.append((side, action))
            work += [(at, item) for item in new]


def everything() -> Span:
    """Calls that between them send every message type that we ever send."""
    span = Span()
    network, user = span.calls["network"], span.calls["user"]
    extra = {int(Ie.DISPLAY): Text("TEST"), int(Ie.HIGH_LAYER_COMPATIBILITY): b"\x91\x81"}
    request = SetupRequest(Number("10000"), Number("13800138000", 2, 1, 0, 3), extra=extra)
    key, actions = network.setup(request)
    assert key == 1
    span.run("network", actions)
    for step in (user.proceeding, user.alerting, user.connect, user.status_enquiry):
        span.run("user", step(1))
    span.run("network", network.disconnect(1, 17))
    key, actions = user.setup(SetupRequest(Number("1"), Number("2", 0, 1, 1, 0), sending_complete=False))
    assert key == 2
    span.run("user", actions)
    span.run("network", network.more_info(2, 8))
    span.run("user", user.info(2, "2345", True))
    span.run("network", network.proceeding(2))
    span.run("network", network.progress(2, 8))
    span.run("network", network.disconnect(2, 28, 8))
    span.run("user", user.release(2))
    span.run("user", user.setup(SetupRequest(Number("9"), selection="any"))[1])
    span.run("network", network.reject(3, 34))
    span.run("user", user.restart([1]))
    span.run("network", network.restart())
    span.run("network", network.receive(bytes.fromhex("0802004d4d")))
    return span


def capture(frames: list[tuple[str, bytes]], path: Path) -> None:
    """A pcap file, one millisecond between frames."""
    blocks = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_LAPD)]
    for number, (_, octets) in enumerate(frames):
        blocks.append(struct.pack("<IIII", 0, number * 1000, len(octets), len(octets)) + octets)
    path.write_bytes(b"".join(blocks))


def dissect(path: Path) -> list[dict[str, list[str]]]:
    asked = ["-T", "json", "-x", "--no-duplicate-keys"]
    run = subprocess.run(["tshark", "-r", str(path), "-n", *asked], capture_output=True, check=True)
    return [packet["_source"]["layers"] for packet in json.loads(run.stdout)]


def flat(layer: Any, found: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
    """Every field of a dissected layer, by name, in order."""
    found = {} if found is None else found
    for name, value in layer.items():
        if name.endswith("_raw"):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                flat(item, found)
            elif isinstance(item, str):
                found.setdefault(name, []).append(item)
    return found


@pytest.mark.peer("tshark", binary="tshark")
def test_q931_tshark_reads_every_message_that_we_send(tmp_path: Path) -> None:
    span = everything()
    path = tmp_path / "span.pcap"
    capture(span.frames, path)
    packets = dissect(path)
    assert len(packets) == len(span.frames)
    types = set()
    for (side, octets), layers in zip(span.frames, packets, strict=True):
        assert "_ws.malformed" not in layers, octets.hex()
        fields = flat(layers)
        assert not [name for name in fields if name.startswith("_ws.expert")], (octets.hex(), fields)
        assert int(fields["lapd.sapi"][0]) == 0
        assert int(fields["lapd.tei"][0]) == 0
        assert fields["lapd.cr"][0] == ("1" if octets[0] & 2 else "0"), side
        if octets[2] & 1:
            continue
        message = q931.decode(octets[4:])
        assert isinstance(message, q931.Message)
        types.add(message.type)
        assert int(fields["q931.message_type"][0], 0) == message.type
        assert int(fields["q931.call_ref"][0].replace(":", ""), 16) & 0x7FFF == message.cr
        assert_elements(message, fields)
    assert types == {
        q931.MessageType[name]
        for name in (
            "SETUP", "SETUP_ACKNOWLEDGE", "CALL_PROCEEDING", "ALERTING", "PROGRESS", "CONNECT", "CONNECT_ACKNOWLEDGE",
            "INFORMATION", "DISCONNECT", "RELEASE", "RELEASE_COMPLETE", "RESTART", "RESTART_ACKNOWLEDGE",
            "STATUS_ENQUIRY", "STATUS",
        )
    }  # fmt: skip
    assert all(not interface.state.calls for interface in span.calls.values())


def assert_elements(message: q931.Message, fields: dict[str, list[str]]) -> None:
    """The dissector's reading of the elements is ours."""
    ies = message.ies
    cause = ies.get(Ie.CAUSE)
    if isinstance(cause, q931.Cause):
        assert int(fields["q931.cause_value"][0], 0) == cause.value
        assert int(fields["q931.cause_location"][0], 0) == cause.location
    channel = ies.get(Ie.CHANNEL_IDENTIFICATION)
    if isinstance(channel, q931.ChannelId) and channel.channels:
        assert int(fields["q931.channel.number"][0], 0) == channel.channels[0]
        assert fields["q931.channel.exclusive"][0] in ("1", "True")
    called = ies.get(Ie.CALLED_PARTY_NUMBER)
    if isinstance(called, Number):
        assert fields["q931.called_party_number.digits"][0] == called.digits
    calling = ies.get(Ie.CALLING_PARTY_NUMBER)
    if isinstance(calling, Number):
        assert fields["q931.calling_party_number.digits"][0] == calling.digits
        assert int(fields["q931.presentation_ind"][0], 0) == calling.presentation
        assert int(fields["q931.screening_ind"][0], 0) == calling.screening
    state = ies.get(Ie.CALL_STATE)
    if isinstance(state, q931.CallStateValue):
        assert int(fields["q931.call_state"][0], 0) == state.value
    restart = ies.get(Ie.RESTART_INDICATOR)
    if isinstance(restart, q931.RestartIndicator):
        assert int(fields["q931.restart_indicator"][0], 0) & 7 == restart.kind


@pytest.mark.peer("tshark", binary="tshark")
def test_the_dissector_notices_a_damaged_message(tmp_path: Path) -> None:
    """The judge can say no: a called number that is longer than its message."""
    frames = [frame for frame in everything().frames if not frame[1][2] & 1][:1]
    path = tmp_path / "bad.pcap"
    capture([(side, octets[:-4]) for side, octets in frames], path)
    layers = dissect(path)[0]
    assert "_ws.malformed" in layers or [name for name in flat(layers) if "malformed" in name]
