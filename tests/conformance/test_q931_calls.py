"""Q.931 call control as sheets (clauses 5.1 to 5.7, Tables 9-1 and 9-2), the network's and the user's side.

In a step, `>` is a message from the peer, `!` a request of our user, `T303` a timer that expires; after `=` stands all
that the machine must do, in order: messages as `SETUP ch1`, timers as `+T303` and `-T303`, indications in lower case,
and last, in brackets, the call state. Elements: `ch1` exclusive channel, `pref1` preferred, `any`, `c16` cause, `p8`
progress, `d123` called number, `sc` sending complete, `s10` call state, `r0` restart indicator.
"""

from __future__ import annotations

import re

import pytest

from switchsim.proto.q931 import (
    SPEECH,
    CallStateValue,
    Cause,
    ChannelId,
    ChannelKind,
    Flag,
    Ie,
    IeValue,
    Interface,
    InterfaceState,
    Message,
    MessageType,
    Number,
    Progress,
    RestartIndicator,
    SendL3,
    SetupInd,
    SetupRequest,
    StartTimer,
    StopTimer,
    Violation,
    decode,
    encode,
)
from switchsim.proto.q931.state import Side
from switchsim.units import seconds

PEER_CR = 77


def element(word: str) -> tuple[Ie, IeValue]:
    match = re.fullmatch(r"(ch|pref|c|p|d|s|r|any|sc)([\d,]*)", word)
    assert match, word
    name, text = match.groups()
    slots = tuple(int(slot) for slot in text.split(",")) if name in ("ch", "pref") else ()
    value = int(text) if text.isdigit() else 0
    table: dict[str, tuple[Ie, IeValue]] = {
        "ch": (Ie.CHANNEL_IDENTIFICATION, ChannelId(slots)),
        "pref": (Ie.CHANNEL_IDENTIFICATION, ChannelId(slots, False)),
        "any": (Ie.CHANNEL_IDENTIFICATION, ChannelId((), False, ChannelKind.ANY)),
        "c": (Ie.CAUSE, Cause(value)), "p": (Ie.PROGRESS_INDICATOR, Progress(value)),
        "d": (Ie.CALLED_PARTY_NUMBER, Number(text)), "s": (Ie.CALL_STATE, CallStateValue(value)),
        "r": (Ie.RESTART_INDICATOR, RestartIndicator(value)), "sc": (Ie.SENDING_COMPLETE, Flag()),
    }  # fmt: skip
    return table[name]


def word_of(value: IeValue) -> str:
    match value:
        case ChannelId(slots, exclusive, kind):
            name = "any" if kind is ChannelKind.ANY else "ch" if exclusive else "pref"
            return name + ",".join(map(str, slots))
        case Cause(number):
            return f"c{number}"
        case Progress(description):
            return f"p{description}"
        case CallStateValue(number):
            return f"s{number}"
        case RestartIndicator(number):
            return f"r{number}"
        case Number(digits):
            return f"d{digits}"
    return "sc" if isinstance(value, Flag) else ""


class Player:
    """One machine and the peer's side of its only call."""

    def __init__(self, side: Side) -> None:
        self.machine = Interface(InterfaceState(side))
        self.machine.data_link(True)
        self.cr, self.to_originator = 0, False

    def step(self, text: str) -> list[str]:
        """Do one step; what came out, as words."""
        machine = self.machine
        sign, _, rest = text.partition(" ")
        words = rest.split()
        key = max(machine.state.calls, default=1)
        if sign == ">":
            actions = machine.receive(self.message(words))
        elif sign == "!":
            name, arguments = words[0], words[1:]
            if name == "setup":
                self.cr, self.to_originator = machine.state.next_cr, True
                actions = machine.setup(self.request(arguments))[1]
            elif name == "link":
                actions = machine.data_link(arguments[0] == "up")
            elif name in ("restart", "restart_ack"):
                slots = [int(slot) for slot in arguments]
                actions = machine.restart(slots or None) if name == "restart" else machine.restart_ack(slots)
            elif name == "info":
                actions = machine.info(key, arguments[0], "sc" in arguments)
            else:
                actions = getattr(machine, name)(key, *(int(argument) for argument in arguments))
        else:
            actions = machine.timer(sign if sign in ("T316", "T317") else f"{sign}/{key}")
        shown = [self.show(action) for action in actions]
        state = machine.state.calls.get(max(machine.state.calls, default=0))
        return [*(word for word in shown if word), f"[{state.state.value if state else 0}]"]

    def request(self, words: list[str]) -> SetupRequest:
        request = SetupRequest(Number("10000"), Number("138", 2, 1, 0, 3))
        for word in words:
            if word.isdigit():
                request.channel = int(word)
            elif word == "overlap":
                request.sending_complete = False
            else:
                request.selection = word  # type: ignore[assignment]
        return request

    def message(self, words: list[str]) -> bytes:
        kind = MessageType[words[0]]
        ies = dict(element(word) for word in words[1:])
        if kind is MessageType.SETUP:
            self.cr, self.to_originator = PEER_CR, False
            ies[Ie.BEARER_CAPABILITY] = SPEECH
        if kind in (MessageType.RESTART, MessageType.RESTART_ACKNOWLEDGE):
            return encode(Message(0, kind is MessageType.RESTART_ACKNOWLEDGE, kind, ies))
        return encode(Message(self.cr, self.to_originator, kind, ies))

    def show(self, action: object) -> str:
        match action:
            case SendL3(octets):
                message = decode(octets)
                assert isinstance(message, Message)
                assert message.cr in (0, self.cr)
                assert not message.cr or message.to_originator != self.to_originator
                hidden = (Ie.CALLED_PARTY_NUMBER, Ie.BEARER_CAPABILITY, Ie.CALLING_PARTY_NUMBER)
                shown = [word_of(v) for code, v in message.ies.items()
                         if message.type == MessageType.INFORMATION or code not in hidden]  # fmt: skip
                return " ".join([MessageType(message.type).name, *shown])
            case StartTimer(name, _):
                return "+" + name.partition("/")[0]
            case StopTimer(name):
                return "-" + name.partition("/")[0]
            case Violation(clause, _, _):
                return f"violation {clause}"
            case SetupInd():
                complete = " complete" if action.sending_complete else ""
                return f"setup {action.called.digits} on {action.channel}{complete}"
        name = type(action).__name__
        values = [getattr(action, field) for field in action.__struct_fields__ if field != "key"]  # type: ignore[attr-defined]
        text = [str(value) if not isinstance(value, tuple) else "+".join(map(str, value)) for value in values]
        return " ".join([re.sub(r"Ind$", "", name).lower(), *text])


OUT_NETWORK = ["! setup = SETUP ch1 sc, +T303 [6]"]
OUT_USER = ["! setup = SETUP ch31 sc, +T303 [1]"]
IN_NETWORK = ["> SETUP ch5 d10000 sc = setup 10000 on 5 complete [1]"]
IN_USER = ["> SETUP ch5 d10000 sc = setup 10000 on 5 complete [6]"]
ACTIVE_NETWORK = [*IN_NETWORK, "! connect = CONNECT ch5, connected [10]"]
ACTIVE_USER = [*OUT_USER, "> CONNECT ch31 = CONNECT_ACKNOWLEDGE, -T303, connect 31 None [10]"]

SHEETS: list[tuple[str, str, str, list[str]]] = [
    # -- 5.1 the user sets up, seen from the user --------------------------------------------------------------------
    ("5.1.1", "user", "en bloc, answered, cleared by us", [
        *OUT_USER, "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "> ALERTING p8 = -T310, +T301, alerting 31 True [4]",
        "> CONNECT = CONNECT_ACKNOWLEDGE, -T301, connect 31 None [10]",
        "! disconnect 16 = DISCONNECT c16, +T305 [11]",
        "> RELEASE c16 = RELEASE_COMPLETE, -T305, released 16 31 [0]"]),
    ("5.1.3", "user", "overlap sending", [
        "! setup overlap = SETUP ch31, +T303 [1]", "> SETUP_ACKNOWLEDGE ch31 = -T303, +T304, setupack 31 False [2]",
        "! info 45 = INFORMATION d45, +T304 [2]", "! info 6 sc = INFORMATION d6 sc, +T304 [2]",
        "> CALL_PROCEEDING = -T304, +T310, proceeding 31 False [3]"]),
    ("5.1.6", "user", "progress stops T310", [
        *OUT_USER, "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "> PROGRESS p8 = -T310, progress 8 0 [3]",
        "> PROGRESS p1 c41 = progress 1 41 [3]"]),
    ("5.1.1", "user", "T303 twice: given up", [
        *OUT_USER, "T303 = SETUP ch31 sc, +T303 [1]", "T303 = RELEASE_COMPLETE c102, released 102 31 [0]"]),
    ("5.1.1", "user", "the second SETUP is answered", [
        *OUT_USER, "T303 = SETUP ch31 sc, +T303 [1]", "> ALERTING ch31 = -T303, +T301, alerting 31 False [4]"]),
    ("9.2", "user", "T304: no more from the network", [
        "! setup overlap = SETUP ch31, +T303 [1]", "> SETUP_ACKNOWLEDGE ch31 = -T303, +T304, setupack 31 False [2]",
        "T304 = disconnect 102 False False, DISCONNECT c102, +T305 [11]"]),
    ("9.2", "user", "T310: proceeding too long", [
        *OUT_USER, "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "T310 = disconnect 102 False False, DISCONNECT c102, +T305 [11]"]),
    ("9.2", "user", "T301: alerting too long is no answer (19)", [
        *OUT_USER, "> ALERTING ch31 = -T303, +T301, alerting 31 False [4]",
        "T301 = disconnect 19 False False, DISCONNECT c102, +T305 [11]",
        "> RELEASE c102 = RELEASE_COMPLETE, -T305, released 19 31 [0]"]),
    ("5.3.2", "user", "refused at once", [*OUT_USER, "> RELEASE_COMPLETE c34 = -T303, released 34 31 [0]"]),
    # -- 5.1 the user sets up, seen from the network -----------------------------------------------------------------
    ("5.1.1", "network", "en bloc, answered, cleared by the user", [
        *IN_NETWORK, "! proceeding = CALL_PROCEEDING ch5 [3]", "! alerting 8 = ALERTING p8 [4]",
        "! connect = CONNECT, connected [10]", "> CONNECT_ACKNOWLEDGE = [10]",
        "> DISCONNECT c16 = disconnect 16 False True, RELEASE c16, +T308 [19]",
        "> RELEASE_COMPLETE = -T308, released 16 5 [0]"]),
    ("5.1.3", "network", "overlap: digits one by one, T302 again each time", [
        "> SETUP ch5 d1 = setup 1 on 5 [1]", "! more_info = SETUP_ACKNOWLEDGE ch5, +T302 [2]",
        "> INFORMATION d23 = +T302, info 23 False [2]", "> INFORMATION d4 sc = -T302, info 4 True [2]",
        "! proceeding = CALL_PROCEEDING [3]", "> INFORMATION d5 = [3]"]),
    ("5.1.3", "network", "T302: too few digits", [
        "> SETUP ch5 d1 = setup 1 on 5 [1]", "! more_info = SETUP_ACKNOWLEDGE ch5, +T302 [2]",
        "T302 = digitstimeout [2]",
        "! disconnect 28 = DISCONNECT c28, +T305 [12]"]),
    ("5.1.2", "network", "preferred channel free", ["> SETUP pref7 d1 = setup 1 on 7 [1]"]),
    ("5.1.2", "network", "no channel named, any channel named", [
        "> SETUP d1 = setup 1 on 1 [1]", "> RELEASE_COMPLETE c16 = released 16 1 [0]",
        "> SETUP any d1 = setup 1 on 1 [1]"]),
    ("5.1.2", "network", "a channel that does not exist", [
        "> SETUP ch16 d1 = RELEASE_COMPLETE c82 [0]", "> SETUP ch40 d1 = RELEASE_COMPLETE c82 [0]",
        "> SETUP pref16 d1 = setup 1 on 1 [1]"]),
    ("5.3.2", "network", "refused", [*IN_NETWORK, "! reject 17 = RELEASE_COMPLETE c17, released 17 5 [0]"]),
    ("5.3.4.1", "network", "busy with a tone: T306, then RELEASE", [
        *IN_NETWORK, "! disconnect 17 8 = CALL_PROCEEDING ch5, DISCONNECT c17 p8, +T306 [12]",
        "T306 = RELEASE c17, +T308 [19]", "> RELEASE_COMPLETE = -T308, released 17 5 [0]"]),
    ("5.3.4.1", "network", "the user hangs up during the tone", [
        *IN_NETWORK, "! disconnect 17 8 = CALL_PROCEEDING ch5, DISCONNECT c17 p8, +T306 [12]",
        "> RELEASE c16 = RELEASE_COMPLETE, -T306, released 17 5 [0]"]),
    ("5.3.4.1", "user", "a tone is heard, then released", [
        *OUT_USER, "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "> DISCONNECT c17 p8 = disconnect 17 True True, -T310 [12]", "! release = RELEASE c16, +T308 [19]",
        "> RELEASE_COMPLETE = -T308, released 17 31 [0]"]),
    ("5.3.4.1", "user", "the network ends its tone", [
        *OUT_USER, "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "> DISCONNECT c17 p8 = disconnect 17 True True, -T310 [12]",
        "> RELEASE c17 = RELEASE_COMPLETE, released 17 31 [0]"]),
    # -- 5.2 the network sets up -------------------------------------------------------------------------------------
    ("5.2.1", "network", "en bloc, answered", [
        *OUT_NETWORK, "> CALL_PROCEEDING ch1 = -T303, +T310, proceeding 1 False [9]",
        "> ALERTING = -T310, +T301, alerting 1 False [7]",
        "> CONNECT = CONNECT_ACKNOWLEDGE, -T301, connect 1 None [10]"]),
    ("5.2.1", "user", "offered, answered, CONNECT awarded", [
        *IN_USER, "! proceeding = CALL_PROCEEDING ch5 [9]", "! alerting = ALERTING [7]",
        "! connect = CONNECT, +T313 [8]",
        "> CONNECT_ACKNOWLEDGE = -T313, connected [10]"]),
    ("5.2.7", "user", "T313: CONNECT is not awarded", [
        *IN_USER, "! connect = CONNECT ch5, +T313 [8]",
        "T313 = disconnect 102 False False, DISCONNECT c102, +T305 [11]"]),
    ("5.2.4", "user", "overlap receiving", [
        "> SETUP ch5 d1 = setup 1 on 5 [6]", "! more_info = SETUP_ACKNOWLEDGE ch5, +T302 [25]",
        "> INFORMATION d2 = +T302, info 2 False [25]", "! alerting = ALERTING, -T302 [7]"]),
    ("5.2.4", "network", "overlap receiving, seen from the network: T304", [
        "! setup overlap = SETUP ch1, +T303 [6]", "> SETUP_ACKNOWLEDGE ch1 = -T303, +T304, setupack 1 False [25]",
        "! info 7 = INFORMATION d7, +T304 [25]", "T304 = disconnect 102 False False, DISCONNECT c102, +T305 [12]"]),
    ("5.2.5.3", "network", "T303 twice: no user responding (18)", [
        *OUT_NETWORK, "T303 = SETUP ch1 sc, +T303 [6]", "T303 = disconnect 18 False False, RELEASE c102, +T308 [19]",
        "> RELEASE_COMPLETE c81 = -T308, released 18 1 [0]"]),
    ("9.1", "network", "T310: the user proceeds too long; PROGRESS does not stop it here", [
        *OUT_NETWORK, "> CALL_PROCEEDING ch1 = -T303, +T310, proceeding 1 False [9]",
        "> PROGRESS p8 = progress 8 0 [9]",
        "T310 = disconnect 102 False False, DISCONNECT c102, +T305 [12]"]),
    ("5.2.3.1", "network", "the user chooses another channel than the preferred one", [
        "! setup 4 preferred = SETUP pref4 sc, +T303 [6]", "> ALERTING ch9 = -T303, +T301, alerting 9 False [7]",
        "> RELEASE c16 = RELEASE_COMPLETE, -T301, released 16 9 [0]"]),
    ("5.2.3.1", "network", "the user may choose", [
        "! setup any = SETUP any sc, +T303 [6]", "> CALL_PROCEEDING ch9 = -T303, +T310, proceeding 9 False [9]"]),
    ("5.2.3.1", "network", "another channel than the exclusive one", [
        *OUT_NETWORK, "> ALERTING ch9 = violation 5.2.3.1, disconnect 6 False False, RELEASE c6, -T303, +T308 [19]"]),
    ("5.8.6.1", "network", "the user may choose, but does not", [
        "! setup any = SETUP any sc, +T303 [6]",
        "> ALERTING = violation 5.8.6.1, disconnect 96 False False, RELEASE c96, -T303, +T308 [19]"]),
    ("5.2.5.1", "user", "refused", [*IN_USER, "! reject 21 = RELEASE_COMPLETE c21, released 21 5 [0]"]),
    ("5.2.5.1", "user", "refused after CALL PROCEEDING", [
        *IN_USER, "! proceeding = CALL_PROCEEDING ch5 [9]", "! reject 21 = DISCONNECT c21, +T305 [11]"]),
    ("5.2.3.1", "user", "a SETUP without the channel that it must name",
     ["> SETUP d1 = violation 5.8.6, RELEASE_COMPLETE c96 [0]"]),
    # -- 5.3 clearing ------------------------------------------------------------------------------------------------
    ("5.3.3", "user", "T305, then T308 twice: forgotten, and the channel restarted", [
        *ACTIVE_USER, "! disconnect 16 = DISCONNECT c16, +T305 [11]", "T305 = RELEASE c16, +T308 [19]",
        "T308 = RELEASE c16, +T308 [19]", "T308 = released 16 31, RESTART ch31 r0, +T316 [0]",
        "> RESTART_ACKNOWLEDGE r0 ch31 = -T316, restartdone 31 [0]"]),
    ("5.3.5", "user", "both send DISCONNECT", [
        *ACTIVE_USER, "! disconnect 16 = DISCONNECT c16, +T305 [11]",
        "> DISCONNECT c31 = RELEASE c16, -T305, +T308 [19]",
        "> RELEASE c31 = -T308, released 16 31 [0]"]),
    ("5.3.5", "network", "both send DISCONNECT", [
        *ACTIVE_NETWORK, "! disconnect 16 = DISCONNECT c16, +T305 [12]",
        "> DISCONNECT c31 = RELEASE c16, -T305, +T308 [19]", "> RELEASE_COMPLETE = -T308, released 16 5 [0]"]),
    ("5.3.3", "network", "cleared by us", [
        *ACTIVE_NETWORK, "! disconnect 16 = DISCONNECT c16, +T305 [12]",
        "> RELEASE c16 = RELEASE_COMPLETE, -T305, released 16 5 [0]"]),
    ("5.3.4", "user", "cleared by the network", [
        *ACTIVE_USER, "> DISCONNECT c16 = disconnect 16 False True, RELEASE c16, +T308 [19]",
        "> RELEASE_COMPLETE = -T308, released 16 31 [0]"]),
    ("5.3.3", "network", "asked twice", [
        *ACTIVE_NETWORK, "! disconnect 16 = DISCONNECT c16, +T305 [12]", "! disconnect 17 = refused disconnect 12 [12]",
        "! release = RELEASE c16, -T305, +T308 [19]", "! release = refused release 19 [19]"]),
    ("5.3.2", "user", "we give up before the first answer", [
        *OUT_USER, "! disconnect 16 = DISCONNECT c16, -T303, +T305 [11]",
        "> RELEASE c81 = RELEASE_COMPLETE, -T305, released 16 31 [0]"]),
    # -- 5.8.4 and the rest ------------------------------------------------------------------------------------------
    ("5.8.4", "user", "an unexpected message changes nothing", [
        *OUT_USER, "> CONNECT_ACKNOWLEDGE = violation 5.8.4, STATUS c101 s1 [1]",
        "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "> SETUP_ACKNOWLEDGE = violation 5.8.4, STATUS c101 s3 [3]"]),
    ("5.8.4", "network", "an unexpected RELEASE ends the call", [
        *ACTIVE_NETWORK, "> RELEASE c16 = RELEASE_COMPLETE, released 16 5 [0]"]),
    ("5.8.4", "network", "an unexpected RELEASE COMPLETE ends the call", [
        *ACTIVE_NETWORK, "> RELEASE_COMPLETE c31 = released 31 5 [0]"]),
    ("5.8.4", "user", "a message type that is not implemented", [
        *ACTIVE_USER, "> HOLD = violation 5.8.4, STATUS c97 s10 [10]"]),
    ("5.8.3.2e", "network", "SETUP again for a call that exists", [*IN_NETWORK, "> SETUP ch6 d1 = [1]"]),
    ("5.8.6.1", "user", "RELEASE that begins the clearing without a cause", [
        *ACTIVE_USER, "> RELEASE = RELEASE_COMPLETE c96, released 31 31 [0]"]),
    ("5.8.6.1", "user", "DISCONNECT without a cause", [
        *ACTIVE_USER, "> DISCONNECT = violation 5.8.6, disconnect 31 False True, RELEASE c96, +T308 [19]"]),
    ("5.8.6.1", "user", "PROGRESS without its indicator", [
        *OUT_USER, "> CALL_PROCEEDING ch31 = -T303, +T310, proceeding 31 False [3]",
        "> PROGRESS = violation 5.8.6, STATUS c96 s3 [3]"]),
    ("2.1", "network", "requests that the state does not allow", [
        *IN_NETWORK, "! info 5 = refused info 1 [1]", "! progress = refused progress 1 [1]",
        "! connect = CONNECT ch5, connected [10]", "! alerting = refused alerting 10 [10]",
        "! reject 21 = DISCONNECT c21, +T305 [12]", "> RELEASE c21 = RELEASE_COMPLETE, -T305, released 21 5 [0]",
        "! connect = refused connect 0 [0]"]),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "side", "title", "steps"), SHEETS, ids=[f"{s[0]}-{s[1]}-{s[2]}" for s in SHEETS])
def test_q931_call(clause: str, side: Side, title: str, steps: list[str]) -> None:
    player = Player(side)
    for text in steps:
        given, _, expected = text.partition(" = ")
        wanted = [part for part in re.split(r", | (?=\[)", expected.strip()) if part]
        assert player.step(given) == wanted, f"{clause} {title}: {given}"
    if not player.machine.state.calls:
        assert not [slot for slot in player.machine.state.channels if slot > 0]


TIMERS = [  # Tables 9-1 and 9-2: (name, network, user) in seconds, lowest and highest
    ("T301", (180, 10**6), (180, 10**6)), ("T302", (10, 15), (15, 15)), ("T303", (4, 4), (4, 4)),
    ("T304", (20, 20), (30, 30)),
    ("T305", (30, 30), (30, 30)), ("T306", (30, 30), (30, 30)), ("T308", (4, 4), (4, 4)), ("T309", (6, 90), (6, 90)),
    ("T310", (10, 10), (30, 120)), ("T313", (4, 4), (4, 4)), ("T316", (120, 120), (120, 120)),
    ("T317", (1, 119), (1, 119)),
    ("T322", (4, 4), (4, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "network", "user"), TIMERS, ids=[row[0] for row in TIMERS])
def test_q931_9_timer_values(name: str, network: tuple[int, int], user: tuple[int, int]) -> None:
    assert seconds(network[0]) <= InterfaceState("network").timers[name] <= seconds(network[1])
    assert seconds(user[0]) <= InterfaceState("user").timers[name] <= seconds(user[1])


@pytest.mark.parametrize(("side", "order"), [("network", range(1, 32)), ("user", range(31, 0, -1))])
def test_q931_5_1_2_channels_are_chosen_from_opposite_ends(side: Side, order: range) -> None:
    machine = Interface(InterfaceState(side))
    machine.data_link(True)
    request = SetupRequest(Number("1"))
    for slot in order:
        if slot == 16:
            continue
        key, actions = machine.setup(request)
        message = decode(actions[0].octets)  # type: ignore[union-attr]
        assert message.ies[Ie.CHANNEL_IDENTIFICATION] == ChannelId((slot,))  # type: ignore[union-attr]
        assert machine.state.channels[slot] == key
        machine.receive(encode(Message(message.cr, True, MessageType.CALL_PROCEEDING)))  # type: ignore[union-attr]
    key, actions = machine.setup(request)
    assert key is None
    assert [type(action).__name__ for action in actions] == ["SetupRefused"]
    assert actions[0].cause == 34  # type: ignore[union-attr]
    busy = encode(Message(9, False, MessageType.SETUP, {Ie.BEARER_CAPABILITY: SPEECH, **dict([element("ch3")])}))
    assert decode(machine.receive(busy)[-1].octets).ies[Ie.CAUSE].value == 44  # type: ignore[union-attr]
    full = encode(Message(9, False, MessageType.SETUP, {Ie.BEARER_CAPABILITY: SPEECH, **dict([element("pref3")])}))
    assert decode(machine.receive(full)[-1].octets).ies[Ie.CAUSE].value == 34  # type: ignore[union-attr]


GLARE = [  # D.3: selection of the network, of the user, who keeps the channel
    ("exclusive", "exclusive", "network"), ("preferred", "preferred", "network"),
    ("preferred", "exclusive", "user"), ("exclusive", "preferred", "network"),
]  # fmt: skip


@pytest.mark.parametrize(("by_network", "by_user", "winner"), GLARE)
def test_q931_5_7_both_sides_choose_one_channel(by_network: str, by_user: str, winner: str) -> None:
    machines = {"network": Interface(InterfaceState("network")), "user": Interface(InterfaceState("user"))}
    other = {"network": "user", "user": "network"}
    sent: list[tuple[str, bytes]] = []
    for side, selection in (("network", by_network), ("user", by_user)):
        machines[side].data_link(True)
        request = SetupRequest(Number("1"), channel=9, selection=selection)  # type: ignore[arg-type]
        sent += [(side, a.octets) for a in machines[side].setup(request)[1] if isinstance(a, SendL3)]
    released: dict[str, list[int]] = {"network": [], "user": []}
    while sent:
        side, octets = sent.pop(0)
        receiver = other[side]
        actions = machines[receiver].receive(octets)
        for action in list(actions):
            if isinstance(action, SetupInd):
                actions += machines[receiver].alerting(action.key)
            elif type(action).__name__ == "ReleasedInd":
                released[receiver].append(action.cause)  # type: ignore[union-attr]
        sent += [(receiver, a.octets) for a in actions if isinstance(a, SendL3)]
    loser = other[winner]
    key = machines[winner].state.channels[9]
    assert machines[winner].state.calls[key].ours
    assert not machines[loser].state.calls[machines[loser].state.channels[9]].ours
    alone = {"network": by_network, "user": by_user}[loser] == "exclusive"
    assert released == {winner: [], loser: [44] if alone else []}
    busy = {side: [slot for slot in range(32) if m.state.channels[slot] > 0] for side, m in machines.items()}
    assert busy["network"] == busy["user"]
    assert len(busy["user"]) == (1 if alone else 2)
