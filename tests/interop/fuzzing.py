"""Requests of AMI and CSTA as no client should write them: seeded mutations of good ones; clients that send them."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Final

from csta_client import ED4, SESSION, framed

DEADLINE_S: Final = 10
PATIENCE_S: Final = 0.5
"""A connection that answers nothing for so long is given up: a header may have announced more than ever comes."""
SECRET: Final = "correct-horse-battery"
WRONG: Final = "wrong-donkey-staple"
AMI_ACTIONS: Final = (
    "QueueStatus|Queue: sales", "QueueSummary", "Status", "CoreShowChannels", "CoreSettings", "Ping",
    "Events|EventMask: on",
    "Getvar|Variable: X", "Setvar|Variable: X|Value: 1", "QueueAdd|Queue: sales|Interface: SEAT/1016|Penalty: 1",
    "QueuePause|Interface: SEAT/1016|Paused: true|Reason: x", "QueuePenalty|Interface: SEAT/1016|Penalty: 3",
    "QueueRemove|Queue: sales|Interface: SEAT/1016", "Hangup|Channel: E1/e1-0/99-7fffffff|Cause: 16",
    "Redirect|Channel: SEAT/9999-00ffffff|Exten: 10061|Context: default|Priority: 1",
    "Originate|Channel: SEAT/9999|Exten: 10061|Context: default|Priority: 1|Async: true",
    "Atxfer|Channel: SEAT/9999-00000001|Exten: 1001|Context: default", "Command|Command: core show version",
    "BlindTransfer|Channel: SEAT/9999-00000001|Exten: 1001", "AGI|Channel: SEAT/9999-00000001|Command: NOOP",
    "ListCommands", "Challenge|AuthType: MD5", "Login|Username: ccs|Secret: x",
)  # fmt: skip
"""None of them can change a call, as they stand."""
_DEVICE: Final = "<deviceObject>1001</deviceObject>"
_CONNECTION: Final = "<callID>99999</callID><deviceID>9999</deviceID>"
CSTA_REQUESTS: Final = (
    f"MonitorStart|<monitorObject>{_DEVICE}</monitorObject>", "MonitorStop|<monitorCrossRefID>7</monitorCrossRefID>",
    "SnapshotDevice|<snapshotObject>1001</snapshotObject>",
    f"SnapshotCall|<snapshotObject>{_CONNECTION}</snapshotObject>",
    "GetAgentState|<device>1001</device>", "RequestSystemStatus|", "SystemStatus|<systemStatus>normal</systemStatus>",
    "SetAgentState|<device>9999</device><requestedAgentState>ready</requestedAgentState><agentID>1</agentID>",
    "MakeCall|<callingDevice>9999</callingDevice><calledDirectoryNumber>10061</calledDirectoryNumber>",
    f"ClearConnection|<connectionToBeCleared>{_CONNECTION}</connectionToBeCleared>",
    f"HoldCall|<callToBeHeld>{_CONNECTION}</callToBeHeld>",
    f"AnswerCall|<callToBeAnswered>{_CONNECTION}</callToBeAnswered>",
    f"DeflectCall|<callToBeDiverted>{_CONNECTION}</callToBeDiverted><newDestination>1002</newDestination>",
    f"ConsultationCall|<existingCall>{_CONNECTION}</existingCall><consultedDevice>1002</consultedDevice>",
    f"GenerateDigits|<connectionToSendDigits>{_CONNECTION}</connectionToSendDigits><charactersToSend>1</charactersToSend>",
    "GetSwitchingFunctionDevices|", "GetCSTAFeatures|", "ResetApplicationSessionTimer|<sessionID>S1</sessionID>",
    "RouteEnd|<crossRefIdentifier>4</crossRefIdentifier>",
)  # fmt: skip
JUNK: Final = (b"\x00", b"\xff\xfe", b"\r\n\r\n", b"\n", b":", b": : :", b"%s%n", b"\xe4\xb8", b"&a;", b"<", b"]]>",
               b"<!--", b"9" * 300, b"A" * 3000, b"-1", b"99999999999999999999", b"</x>", b"${X}",
               b"\x1b[2J")  # fmt: skip

TEXTS: Final = ("", "9998", "99999", "-1", "9" * 200, "N&lt;9998&gt;", "&amp;", "\u547c", "ready", " ", "9998:x:y:1",
                "sales", "4294967296", "tel:9998")  # fmt: skip
NAMES: Final = ("device", "callID", "deviceID", "monitorObject", "callObject", "snapshotObject", "x", "agentID",
                "extensions")  # fmt: skip


def mutated(octets: bytes, draws: random.Random) -> bytes:
    """One to four wounds: octets flipped, cut out, doubled, moved, or junk put in."""
    for _ in range(draws.randrange(1, 5)):
        at = draws.randrange(len(octets) + 1)
        upto = min(len(octets), at + draws.randrange(1, 30))
        match draws.randrange(6):
            case 0:
                octets = octets[:at] + bytes([draws.randrange(256)]) + octets[at + 1 :]
            case 1:
                octets = octets[:at] + octets[upto:]
            case 2:
                octets = octets[:at] + octets[at:upto] * draws.randrange(2, 20) + octets[upto:]
            case 3:
                octets = octets[:at] + draws.choice(JUNK) + octets[at:]
            case 4:
                lines = octets.split(b"\r\n")
                draws.shuffle(lines)
                octets = b"\r\n".join(lines)
            case _:
                octets = octets.swapcase() if draws.randrange(2) else octets.replace(b" ", b"")
    return octets


def restructured(inside: str, draws: random.Random) -> str:
    """Elements without sense, well-formed all the same: other names and texts, doubled, left out, one in another."""
    pieces = re.split(r"(<[^>]+>)", inside)
    for index, piece in enumerate(pieces):
        if piece and piece[0] != "<" and draws.randrange(2):
            pieces[index] = draws.choice(TEXTS)
    inside = "".join(pieces)
    match draws.randrange(6):
        case 0:
            return inside * draws.randrange(0, 40)
        case 1:
            depth = draws.randrange(1, 60)
            return "<a>" * depth + inside + "</a>" * depth
        case 2:
            names = re.findall(r"</(\w+)>", inside)
            return inside.replace(draws.choice(names), draws.choice(NAMES)) if names else inside
        case 3:
            return f"{inside}<x x='&lt;'>{draws.choice(TEXTS)}</x>"
    return inside


def ami_requests(draws: random.Random, count: int) -> Iterator[bytes]:
    """Each ends with the end of a block; one in eight is as it should be."""
    for number in range(count):
        text = "\r\n".join([*f"Action: {draws.choice(AMI_ACTIONS)}".split("|"), f"ActionID: f{number}"])
        octets = text.encode()
        yield (mutated(octets, draws) if draws.randrange(8) else octets) + b"\r\n\r\n"


def csta_requests(draws: random.Random, count: int) -> Iterator[bytes]:
    """Most are good frames around well-formed documents that say what has no sense; one document in eight is not
    well-formed, one header in forty is bad."""
    for number in range(count):
        name, _, inside = draws.choice(CSTA_REQUESTS).partition("|")
        inside = restructured(inside, draws) if draws.randrange(4) else inside
        document = f'<?xml version="1.0"?><{name} xmlns="{ED4}">{inside}</{name}>'.encode()
        document = mutated(document, draws) if draws.randrange(8) == 0 else document
        octets = struct.pack(">HH4s", 0, len(document) + 8, b"%04d" % (number % 9999)) + document
        yield mutated(octets[:8], draws) + octets[8:] if draws.randrange(40) == 0 else octets


class Fuzzer:
    """Sends requests one after another, in pieces of any size, and connects anew when it is cut off."""

    def __init__(self, address: str, log_in: Callable[[], bytes], ask: bytes, answer: bytes) -> None:
        """ask: a good request; answer: octets that show that it was answered."""
        self.address, self.log_in, self.ask, self.answer = address, log_in, ask, answer
        self.sent = self.connections = self.answered = 0
        self.octets = b""

    def run(self, requests: Iterator[bytes], draws: random.Random) -> None:
        with contextlib.suppress(ConnectionRefusedError):  # the run is over
            peer = self._connect()
            waiting = b""
            for octets in requests:
                self.sent += 1
                waiting += octets
                if len(waiting) < draws.randrange(20_000):
                    continue
                if not self._send(peer, waiting, draws) or not self._lives(peer):
                    peer.close()
                    peer = self._connect()
                waiting = b""
            peer.close()

    def _connect(self) -> socket.socket:
        self.connections += 1
        peer = connected(self.address)
        peer.settimeout(PATIENCE_S)
        peer.sendall(self.log_in())
        return peer

    def _send(self, peer: socket.socket, octets: bytes, draws: random.Random) -> bool:
        try:
            while octets:
                size = draws.choice((1, 7, 1400, 100_000))
                peer.sendall(octets[:size])
                octets = octets[size:]
        except OSError:
            return False
        return True

    def _lives(self, peer: socket.socket) -> bool:
        """Whether a good request is answered behind the bad ones."""
        found = b""
        try:
            peer.sendall(self.ask)
            while self.answer not in found:
                octets = peer.recv(65_536)
                if not octets:
                    return False
                found = found[-100:] + octets
        except OSError:
            return False
        self.answered += 1
        return True


def connected(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), DEADLINE_S)


def ami_login(secret: str) -> bytes:
    return f"Action: Login\r\nUsername: ccs\r\nSecret: {secret}\r\nEvents: off\r\n\r\n".encode()


def csta_login(secret: str) -> bytes:
    login = f"<user>ccs</user><password>{secret}</password>"
    return framed(1, f'<StartApplicationSession xmlns="{SESSION}"><applicationInfo><applicationID>f</applicationID>'
                     f"<applicationSpecificInfo>{login}</applicationSpecificInfo></applicationInfo>"
                     f"<requestedProtocolVersions><protocolVersion>{ED4}</protocolVersion></requestedProtocolVersions>"
                     "</StartApplicationSession>")  # fmt: skip


def send_all(address: str, octets: bytes) -> None:
    """Send as much of it as is taken, then see the end of the connection, or leave after a while."""
    peer = connected(address)
    peer.settimeout(2 * PATIENCE_S)
    with peer, contextlib.suppress(OSError):
        peer.sendall(octets)
        while peer.recv(65_536):
            pass
