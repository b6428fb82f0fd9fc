"""LAPD procedures as sheets (Q.921 clause 5, annex B): what goes in, and everything that must come out, in order.

In a sheet, `>` is a frame to the link under test, `!` a request, a timer or the line; what stands after `=` is all that
the link must do: frames as `SABME.c1` (command, P = 1), `RR.r0/3` (response, F = 0, N(R) = 3) or `I.0/2 P 41`, timers
as `+T200` and `-T203`, and the indications. The frames are taken apart here, not by the decoder under test.
"""

from __future__ import annotations

import msgspec
import pytest

from switchsim.proto.q921 import (
    TRANSITIONS,
    Action,
    Data,
    Established,
    Event,
    Lapd,
    LapdState,
    Released,
    SendFrame,
    StartTimer,
    State,
    StopTimer,
    UnitData,
    Violation,
)
from switchsim.units import ms

U = {"SABME": 0x6F, "DM": 0x0F, "DISC": 0x43, "UA": 0x63, "FRMR": 0x87, "UI": 0x03, "XID": 0xAF}
S = {"RR": 0x01, "RNR": 0x05, "REJ": 0x09}


def build(text: str, sender: str) -> bytes:
    """Octets of `SABME.c1`, `RR.r0/3`, `I.0/2 41` (N(S) 0, N(R) 2; ` P` before the information sets P)."""
    word, _, rest = text.partition(" ")
    name, _, detail = word.partition(".")
    if name == "RAW":
        return bytes.fromhex(rest)
    command = name == "I" or detail.startswith("c")
    address = bytes(((2 if command == (sender == "network") else 0), 1))
    if name == "I":
        ns, nr = (int(part) for part in detail.split("/"))
        poll = rest.startswith("P ")
        return address + bytes((ns << 1, nr << 1 | poll)) + bytes.fromhex(rest.removeprefix("P "))
    bit, _, nr_text = detail[1:].partition("/")
    if name in S:
        return address + bytes((S[name], int(nr_text) << 1 | int(bit)))
    return address + bytes((U[name] | int(bit) << 4,)) + bytes.fromhex(rest)


def show_frame(octets: bytes, sender: str) -> str:
    kind = "c" if bool(octets[0] & 2) == (sender == "network") else "r"
    assert octets[0] & 0xFD == 0, octets.hex()
    assert octets[1] == 1, octets.hex()
    control = octets[2]
    if not control & 1:
        assert kind == "c"
        poll = "P " if octets[3] & 1 else ""
        return f"I.{control >> 1}/{octets[3] >> 1} {poll}{octets[4:].hex()}"
    for name, code in S.items():
        if control == code:
            return f"{name}.{kind}{octets[3] & 1}/{octets[3] >> 1}"
    name = next(name for name, code in U.items() if control & 0xEF == code)
    return f"{name}.{kind}{control >> 4 & 1}"


def show(action: Action, side: str) -> str:
    match action:
        case SendFrame(octets):
            return show_frame(octets, side)
        case StartTimer(name, _):
            return f"+{name}"
        case StopTimer(name):
            return f"-{name}"
        case Established(requested, lost):
            return ("EST-CONF" if requested else "EST-IND") + (f"({lost} lost)" if lost else "")
        case Released(requested, _, lost):
            return ("REL-CONF" if requested else "REL-IND") + (f"({lost} lost)" if lost else "")
        case Data(octets):
            return f"DATA {octets.hex()}"
        case UnitData(octets):
            return f"UNIT {octets.hex()}"
        case Violation():
            return "VIOLATION"
    raise AssertionError(action)


def act(link: Lapd, step: str) -> list[Action]:
    sign, _, text = step.partition(" ")
    if sign == ">":
        return link.receive(build(text, "user" if link.state.side == "network" else "network"))
    word, _, argument = text.partition(" ")
    match word:
        case "establish":
            return link.establish()
        case "release":
            return link.release()
        case "send":
            return link.send(bytes.fromhex(argument))
        case "line":
            return link.line(argument == "up")
        case "busy":
            return link.busy(argument == "on")
    return link.timer(word)


UP = ["! establish = SABME.c1, +T200", "> UA.r1 = -T200, +T203, EST-CONF"]
SHEETS: list[tuple[str, str, list[str]]] = [
    ("5.5.1.2", "establishment asked for", [*UP]),
    ("5.5.1.2", "establishment by the peer", ["> SABME.c1 = UA.r1, +T203, EST-IND"]),
    ("5.5.1.2", "the answer carries the P bit of the command", ["> SABME.c0 = UA.r0, +T203, EST-IND"]),
    ("5.5.1.2", "refused with DM", ["! establish = SABME.c1, +T200", "> DM.r1 = -T200, REL-IND"]),
    ("5.5.1.2", "DM without F is none of ours",
     ["! establish = SABME.c1, +T200", "> DM.r0 =", "> UA.r1 = -T200, +T203, EST-CONF"]),
    ("5.5.1.3", "SABME repeated N200 times, then given up",
     ["! establish = SABME.c1, +T200", "! T200 = SABME.c1, +T200", "! T200 = SABME.c1, +T200",
      "! T200 = SABME.c1, +T200", "! T200 = VIOLATION, REL-IND", "! T200 ="]),
    ("5.8.1", "collision: both send SABME, both answer",
     ["! establish = SABME.c1, +T200", "> SABME.c1 = UA.r1", "> UA.r1 = -T200, +T203, EST-CONF"]),
    ("5.8.1", "collision: both send DISC",
     [*UP, "! release = DISC.c1, -T203, +T200", "> DISC.c1 = UA.r1", "> UA.r1 = -T200, REL-CONF"]),
    ("5.8.3", "DISC meets our SABME", ["! establish = SABME.c1, +T200", "> DISC.c1 = DM.r1"]),
    ("5.8.3", "SABME meets our DISC", [*UP, "! release = DISC.c1, -T203, +T200", "> SABME.c1 = DM.r1"]),
    ("5.5.3.2", "release by the peer", [*UP, "> DISC.c1 = UA.r1, -T203, REL-IND"]),
    ("5.5.3.2", "release without a link", ["> DISC.c1 = DM.r1", "! release = REL-CONF"]),
    ("5.5.3.3", "DISC never answered",
     [*UP, "! release = DISC.c1, -T203, +T200", *["! T200 = DISC.c1, +T200"] * 3, "! T200 = VIOLATION, REL-CONF"]),
    ("5.5.3.2", "asked to establish while releasing",
     [*UP, "! release = DISC.c1, -T203, +T200", "! establish =", "> UA.r1 = -T200, REL-CONF, SABME.c1, +T200"]),
    ("5.6.1", "one message there, acknowledged",
     [*UP, "! send 41 = I.0/0 41, -T203, +T200", "> RR.r0/1 = -T200, +T203"]),
    ("5.6.1", "no link: nothing is sent", ["! send 41 ="]),
    ("5.6.1", "window k = 7, then one a place",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! send 31 = I.1/0 31", "! send 32 = I.2/0 32", "! send 33 = I.3/0 33",
      "! send 34 = I.4/0 34", "! send 35 = I.5/0 35", "! send 36 = I.6/0 36", "! send 37 =", "! send 38 =",
      "> RR.r0/2 = +T200, I.7/0 37, I.8/0 38", "> RR.r0/9 = -T200, +T203"]),
    ("5.6.2", "one message here, acknowledged at once", [*UP, "> I.0/0 41 = +T203, RR.r0/1, DATA 41"]),
    ("5.6.2", "polled by an I frame", [*UP, "> I.0/0 P 41 = RR.r1/1, +T203, DATA 41"]),
    ("5.6.2", "acknowledged by an I frame of ours",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "> I.0/1 41 = -T200, +T203, RR.r0/1, DATA 41"]),
    ("5.6.3.1", "polled by RR", [*UP, "> RR.c1/0 = RR.r1/0, +T203"]),
    ("5.6.4", "REJ goes back to N(R)",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! send 31 = I.1/0 31",
      "> REJ.r0/1 = -T200, +T203, I.1/0 31, -T203, +T200"]),
    ("5.8.2", "a gap is rejected once, and filled",
     [*UP, "> I.1/0 42 = REJ.r0/0, +T203", "> I.2/0 43 = +T203", "> I.0/0 41 = +T203, RR.r0/1, DATA 41",
      "> I.1/0 42 = +T203, RR.r0/2, DATA 42", "> I.3/0 44 = REJ.r0/2, +T203"]),
    ("5.8.2", "polled inside a gap", [*UP, "> I.1/0 42 = REJ.r0/0, +T203", "> I.2/0 P 43 = RR.r1/0, +T203"]),
    ("5.6.5", "peer busy: nothing goes until RR",
     [*UP, "> RNR.r0/0 = -T203, +T200", "! send 30 =", "> RR.r0/0 = -T200, +T203, I.0/0 30, -T203, +T200"]),
    ("5.6.5", "own busy: RNR, the frame is not taken, then RR",
     [*UP, "! busy on = RNR.r0/0", "> I.0/0 P 41 = RNR.r1/0, +T203", "! busy off = RR.r0/0",
      "> I.0/0 41 = +T203, RR.r0/1, DATA 41"]),
    ("5.6.7", "T200: poll, recover, send again what was lost",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! T200 = RR.c1/0, +T200",
      "> RR.r1/0 = -T200, +T203, I.0/0 30, -T203, +T200"]),
    ("5.6.7", "T200: the acknowledgement had been lost",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! T200 = RR.c1/0, +T200", "> RR.r1/1 = -T200, +T203"]),
    ("5.6.7", "in recovery only a response with F = 1 counts",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! T200 = RR.c1/0, +T200", "> RR.r0/1 =", "> RR.c1/1 = RR.r1/0",
      "> I.0/1 41 = RR.r0/1, DATA 41", "! send 31 =", "> RR.r1/1 = -T200, +T203, I.1/1 31, -T203, +T200"]),
    ("5.6.7", "N200 polls unanswered: SABME",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", *["! T200 = RR.c1/0, +T200"] * 3,
      "! T200 = VIOLATION, SABME.c1, +T200",
      "> UA.r1 = -T200, +T203, EST-IND(1 lost)"]),
    ("5.7.1", "what is offered while re-establishing waits",
     [*UP, "> FRMR.r1 = VIOLATION, SABME.c1, -T203, +T200", "! send 30 =",
      "> UA.r1 = -T200, +T203, I.0/0 30, -T203, +T200, EST-IND"]),
    ("5.10", "T203: silence is polled", [*UP, "! T203 = RR.c1/0, +T200", "> RR.r1/0 = -T200, +T203"]),
    ("5.7.2", "SABME in state 7: a new beginning",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "> SABME.c1 = UA.r1, -T200, +T203, EST-IND(1 lost)",
      "! send 31 = I.0/0 31, -T203, +T200"]),
    ("5.8.5", "N(R) outside the window", [*UP, "> RR.r0/1 = VIOLATION, SABME.c1, -T203, +T200"]),
    ("5.2.2", "unacknowledged information", [*UP, "> UI.c0 ee = UNIT ee"]),
    ("5.8.5", "undefined control field", [*UP, "> RAW 0001EB = VIOLATION, SABME.c1, -T203, +T200"]),
    ("5.8.5", "information in a supervisory frame", [*UP, "> RAW 0001010155 = VIOLATION, SABME.c1, -T203, +T200"]),
    ("5.8.5", "undefined control field without a link", ["> RAW 0001EB = VIOLATION"]),
    ("5.8.6", "FRMR", [*UP, "> FRMR.r0 = VIOLATION, SABME.c1, -T203, +T200"]),
    ("5.8.7", "unsolicited UA and DM",
     ["> UA.r1 = VIOLATION", *UP, "> UA.r0 = VIOLATION", "> DM.r1 = VIOLATION",
      "> DM.r0 = VIOLATION, SABME.c1, -T203, +T200"]),
    ("5.8.7", "unsolicited F = 1", [*UP, "> RR.r1/0 = VIOLATION, +T203"]),
    ("2.9", "invalid frames are discarded",
     [*UP, "> RAW 00 = VIOLATION", "> RAW 000300 = VIOLATION", "> RAW 000100 = VIOLATION", "> RAW FC0103 = VIOLATION"]),
    ("3.6", "commands and responses of the wrong side", [*UP, "> RAW 02010000 = VIOLATION", "> RAW 02017F = VIOLATION",
                                                         "> RAW 000163 = VIOLATION"]),
    ("5.6.6", "XID is let be", [*UP, "> XID.c1 ="]),
    ("4.1.3", "layer 1 goes: T200 stops, release; it comes back: establish",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! line down = -T200, REL-IND(1 lost)", "! T200 =", "> SABME.c1 =",
      "! send 31 =", "! line up = SABME.c1, +T200"]),
    ("4.1.3", "layer 1 goes while establishing: N200 is not counted",
     ["! establish = SABME.c1, +T200", "! line down = -T200, REL-IND", "! line up = SABME.c1, +T200"]),
    ("4.1.3", "establish while layer 1 is away", ["! line down =", "! establish =", "! line up = SABME.c1, +T200"]),
    ("4.1.3", "a link that nobody wants stays down", ["! line down =", "! line up ="]),
    ("5.5.4", "DM F = 0: nobody here wants the link", ["> DM.r0 ="]),
    ("5.5.4", "DM F = 0: the link is wanted", [*UP, "> DISC.c1 = UA.r1, -T203, REL-IND", "> DM.r0 = SABME.c1, +T200"]),
    ("5.8.7", "UA without F answers neither SABME nor DISC",
     ["! establish = SABME.c1, +T200", "> UA.r0 = VIOLATION", "> UA.r1 = -T200, +T203, EST-CONF",
      "! release = DISC.c1, -T203, +T200", "> UA.r0 = VIOLATION", "> DM.r0 =", "> DM.r1 = -T200, REL-CONF"]),
    ("5.8.5", "N(R) outside the window in recovery",
     [*UP, "! T203 = RR.c1/0, +T200", "> RR.r1/5 = VIOLATION, SABME.c1, +T200"]),
    ("5.6.7", "recovery answered by a busy peer",
     [*UP, "! send 30 = I.0/0 30, -T203, +T200", "! T200 = RR.c1/0, +T200", "> RNR.r1/1 = +T200", "! send 31 =",
      "> I.0/1 41 = RR.r0/1, DATA 41", "> RR.r0/1 = -T200, +T203, I.1/1 31, -T203, +T200"]),
    ("5.6.7", "release and DM in recovery",
     [*UP, "! T203 = RR.c1/0, +T200", "> DM.r1 = VIOLATION, SABME.c1, +T200", "> UA.r1 = -T200, +T203, EST-IND"]),
    ("5.8.5", "information in DISC", [*UP, "> DISC.c1 55 = VIOLATION, SABME.c1, -T203, +T200"]),
    ("5.6.1", "while layer 3's own establishment waits, nothing is queued",
     ["! establish = SABME.c1, +T200", "! send 30 =", "> UA.r1 = -T200, +T203, EST-CONF"]),
]  # fmt: skip


@pytest.mark.parametrize("side", ["network", "user"])
@pytest.mark.parametrize(("clause", "title", "steps"), SHEETS, ids=[f"{s[0]}-{s[1]}" for s in SHEETS])
def test_q921_link(clause: str, title: str, steps: list[str], side: str) -> None:
    link = Lapd(LapdState(side))  # type: ignore[arg-type]
    for step in steps:
        given, _, expected = step.partition(" =")
        if side == "user" and " RAW " in given:  # raw frames are written as a user sends them
            octets = bytearray.fromhex(given.split()[2])
            octets[0] ^= 2
            given = f"> RAW {octets.hex()}"
        got = [show(action, side) for action in act(link, given)]
        assert got == [part.strip() for part in expected.split(",") if part.strip()], f"{clause} {title}: {given}"


def test_q921_5_9_timers_have_their_default_values() -> None:
    state = LapdState("user")
    assert (state.t200_cycles, state.t203_cycles) == (ms(1000), ms(10_000))
    assert (state.n200, state.n201, state.k) == (3, 260, 7)
    assert Lapd(state).establish()[1] == StartTimer("T200", 8000)


def test_q921_5_8_4_information_longer_than_n201_is_rejected() -> None:
    link = Lapd(LapdState("network"))
    link.receive(build("SABME.c1", "user"))
    assert link.receive(build("I.0/0 " + "55" * 260, "user"))[-1] == Data(b"\x55" * 260)
    actions = link.receive(build("I.1/0 " + "55" * 261, "user"))
    assert [show(action, "network") for action in actions] == ["VIOLATION", "SABME.c1", "-T203", "+T200"]
    assert link.state.state is State.AWAITING_ESTABLISHMENT


def test_q921_5_10_supervision_can_be_switched_off() -> None:
    link = Lapd(LapdState("network", t203_cycles=0))
    assert [show(action, "network") for action in link.receive(build("SABME.c1", "user"))] == ["UA.r1", "EST-IND"]


def test_q921_3_5_2_sequence_numbers_wrap_at_128() -> None:
    one, other = Lapd(LapdState("network")), Lapd(LapdState("user"))
    one.establish()
    one.receive(build("UA.r1", "user"))
    other.receive(build("SABME.c1", "network"))
    for number in range(300):
        frames = [a.octets for a in one.send(bytes((number & 255,))) if isinstance(a, SendFrame)]
        assert show_frame(frames[0], "network") == f"I.{number & 127}/0 {number & 255:02x}"
        for action in other.receive(frames[0]):
            if isinstance(action, SendFrame):
                one.receive(action.octets)
    assert one.state.queue == []
    assert one.state.vs == one.state.va == other.state.vr == 300 & 127


def test_q921_annex_b_every_pair_of_state_and_event_is_defined() -> None:
    """And every pair leaves a state that can be written down and read back."""
    assert set(TRANSITIONS) == {(state, event) for state in State for event in Event}
    for state in State:
        for step in ["> I.0/0 41", "> RR.c1/0", "> RNR.r0/0", "> REJ.r1/0", "> SABME.c1", "> DISC.c0", "> UA.r1",
                     "> DM.r0", "> FRMR.r0", "> UI.c0 41", "> XID.r0", "> RAW 0001EB", "! establish", "! release",
                     "! send 41", "! busy on", "! busy off", "! T200", "! T203", "! line up",
                     "! line down"]:  # fmt: skip
            queue = [b"a", b"b"]
            link = Lapd(LapdState("network", state=state, t200_running=True, t203_running=True, queue=queue))
            act(link, step)
            written = msgspec.msgpack.encode(link.state)
            assert msgspec.msgpack.decode(written, type=LapdState) == link.state
