"""Random requests: always an answer or a counted refusal, never an exception, and the others go on."""

from __future__ import annotations

import msgspec
from csta_by_hand import CALL, ED3, TRUNK, Bench, start_session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchsim.callcentre.csta.state import CstaState
from switchsim.model.platform_events import ApplicationChanged, InputRefused
from switchsim.proto.csta.requests import ROWS, UNANSWERED

ELEMENTS = [
    "callID", "deviceID", "deviceIdentifier", "monitorObject", "deviceObject", "callObject", "monitorType", "device",
    "monitorCrossRefID", "snapshotObject", "callingDevice", "calledDirectoryNumber", "autoOriginate", "heldCall",
    "activeCall", "existingCall", "consultedDevice", "transferredTo", "newDestination", "callToBeAnswered", "agentID",
    "callToBeHeld", "callToBeRetrieved", "connectionToBeCleared", "callToBeCleared", "callToBeDiverted", "sessionID",
    "requestedAgentState", "routeingDevice", "routeRegisterReqID", "crossRefIdentifier", "routeSelected", "password",
    "requestedMonitorFilter", "callcontrol", "delivered", "extensions", "applicationInfo", "user", "routeUsedReq",
    "requestedProtocolVersions", "protocolVersion", "requestedSessionDuration", "sysStatRegisterID", "invertFilter",
]  # fmt: skip
TEXTS = [
    "101", "102", "service", TRUNK, "7", "8", "1", "0", "-1", "999999999999", "true", "false", "call", "device", "S1",
    "ready", "notReady", "loggedOn", "prompt", "\u0663", "&lt;&amp;", "x" * 300, ED3, "10000", "", "R1",
]  # fmt: skip
LEAVES = st.builds(lambda name, text: f"<{name}>{text}</{name}>", st.sampled_from(ELEMENTS), st.sampled_from(TEXTS))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda name, children: f"<{name}>{''.join(children)}</{name}>",
        st.sampled_from(ELEMENTS),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)
REQUESTS = st.builds(
    lambda name, inside: (name, f"<{name}>{''.join(inside)}</{name}>"),
    st.sampled_from([*ROWS, "ParkCall", "Nothing"]),
    st.lists(TREES, max_size=4),
)
SLOW = [HealthCheck.too_slow]


def crowded() -> Bench:
    bench = Bench()
    bench.consults()
    bench.attach(2)
    bench.log_in(2)
    return bench


def unharmed(bench: Bench) -> None:
    """The other client is served, the call is there, and the state is one that a snapshot can hold."""
    told = bench.ask("SnapshotCall", f"<snapshotObject><callID>{CALL}</callID></snapshotObject>", client=2)
    assert told.name == "SnapshotCallResponse"
    octets = msgspec.msgpack.encode(bench.csta.state)
    assert msgspec.msgpack.encode(msgspec.msgpack.decode(octets, type=CstaState)) == octets


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(st.lists(REQUESTS, min_size=1, max_size=8))
def test_requests_in_the_shape_of_the_schemas(requests: list[tuple[str, str]]) -> None:
    """Each is answered once: at once, or when the switch has answered."""
    bench = crowded()
    for name, document in requests:
        if 1 not in bench.csta.state.clients:
            break
        invoke = bench.say(document)
        for _ in list(bench.csta.state.waiting):
            bench.done("ok", CALL)
        items = bench.csta.state.logins
        for request in list(items):
            bench.csta.sessions.verified(request, True)
        answers = [one for one in bench.heard() if one.invoke == invoke]
        own = [one for one in answers if one.name.endswith(("Response", "CSTAErrorCode"))]
        assert len(own) == (0 if name in UNANSWERED else 1), (document, answers)
    unharmed(bench)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_mutated_documents(data: st.DataObject) -> None:
    """Octets of a good request are changed, taken out, put in: an answer, or refused and counted."""
    bench = crowded()
    good = [
        start_session().encode(),
        b"<MonitorStart><monitorObject><deviceObject>101</deviceObject></monitorObject></MonitorStart>",
        b"<MakeCall><callingDevice>103</callingDevice><calledDirectoryNumber>102</calledDirectoryNumber></MakeCall>",
    ]
    octets = bytearray(data.draw(st.sampled_from(good)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(octets) - 1))
        what = data.draw(st.sampled_from(["change", "out", "in"]))
        if what == "change":
            octets[at] = data.draw(st.integers(0, 255))
        elif what == "out":
            del octets[at : at + data.draw(st.integers(1, 20))]
            octets = octets or bytearray(b"<")
        else:
            octets[at:at] = data.draw(st.binary(max_size=8))
    refused = len(bench.journal(InputRefused))
    invoke = bench.say(bytes(octets))
    for _ in list(bench.csta.state.waiting):
        bench.done("wrong_state")
    for request in list(bench.csta.state.logins):
        bench.csta.sessions.verified(request, False)
    answered = [one for one in bench.heard() if one.invoke == invoke]
    silent = len(bench.journal(InputRefused)) > refused or b"Response" in octets or b"CSTAErrorCode" in octets
    assert len(answered) == 1 or silent
    unharmed(bench)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.lists(st.binary(max_size=120), max_size=6))
def test_garbage_instead_of_frames(pieces: list[bytes]) -> None:
    bench = crowded()
    for piece in pieces:
        bench.outside("data", 1, piece)
    bench.heard()
    if 1 not in bench.csta.state.clients:
        assert bench.journal(InputRefused)
        assert bench.journal(ApplicationChanged)[-1].what == "closed"
    unharmed(bench)
