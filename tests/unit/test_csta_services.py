"""Call control with positive and negative answers (csta.md 6, 12); the switch's orders behind them."""

from __future__ import annotations

from typing import Any

import pytest
from csta_by_hand import (
    CALL,
    CALLER,
    ED3,
    SEAT_LEG,
    TRUNK,
    Bench,
    connection,
    consulting,
    error,
    ordered,
    ringing,
    talking,
    waiting,
)

from switchsim.callcentre.csta.control import REFUSED
from switchsim.callcentre.csta.state import MOST_PENDING
from switchsim.model.cti import (
    RESULTS,
    HangUp,
    Originate,
    PressKey,
    Redirect,
)
from switchsim.model.platform_events import RequestTaken
from switchsim.proto.csta.vocabulary import ERRORS
from switchsim.units import seconds

CLEARED = "connectionToBeCleared"
BUSY_SEAT = connection("callToBeCleared", CALL, "101")


MADE = "<callingDevice>101</callingDevice><calledDirectoryNumber>102</calledDirectoryNumber>"
TWO = connection("heldCall", CALL, "101") + connection("activeCall", 8, "101")
GOOD = [
    ("MakeCall", Bench, MADE, PressKey("101", "dial", "102"), 9, ("callingDevice", 9, "101")),
    (
        "MakeCall", Bench, f"{MADE}<autoOriginate>prompt</autoOriginate>",
        Originate("SEAT/101", "seat:102", "101", 240_000), 9, ("callingDevice", 9, "101"),
    ),
    ("AnswerCall", ringing, connection("callToBeAnswered", CALL, "101"), PressKey("101", "answer"), CALL, None),
    ("HoldCall", talking, connection("callToBeHeld", CALL, "101"), PressKey("101", "hold"), CALL, None),
    ("RetrieveCall", consulting, connection("callToBeRetrieved", CALL, "101"), PressKey("101", "retrieve"), CALL, None),
    ("ClearConnection", talking, connection(CLEARED, CALL, TRUNK), HangUp(CALL, CALLER, 16), CALL, None),
    ("ClearConnection", talking, connection(CLEARED, CALL, "101"), HangUp(CALL, SEAT_LEG, 16), CALL, None),
    ("ClearCall", talking, BUSY_SEAT, HangUp(CALL, 0, 16), CALL, None),
    (
        "ConsultationCall", talking, f"{connection('existingCall', CALL, '101')}<consultedDevice>102</consultedDevice>",
        PressKey("101", "dial", "102"), 8, ("initiatedCall", 8, "101"),
    ),
    ("TransferCall", consulting, TWO, PressKey("101", "complete"), CALL, ("transferredCall", CALL, "101")),
    ("ConferenceCall", consulting, TWO, PressKey("101", "conference"), CALL, ("conferenceCall", CALL, "101")),
    ("ReconnectCall", consulting, TWO, PressKey("101", "retrieve"), CALL, None),
    (
        "SingleStepTransferCall", talking, f"{connection('activeCall', CALL, '101')}<transferredTo>102</transferredTo>",
        PressKey("101", "transfer", "102"), CALL, ("transferredCall", CALL, "102"),
    ),
    (
        "SingleStepTransferCall", talking,
        f"{connection('activeCall', CALL, '101')}<transferredTo>service</transferredTo>",
        Redirect(CALL, "queue:service"), CALL, ("transferredCall", CALL, "service"),
    ),
    (
        "DeflectCall", ringing,
        f"{connection('callToBeDiverted', CALL, '101')}<newDestination><device>103</device></newDestination>",
        Redirect(CALL, "seat:103"), CALL, None,
    ),
    (
        "DeflectCall", waiting,
        f"{connection('callToBeDiverted', CALL, 'service')}<newDestination>88001234</newDestination>",
        Redirect(CALL, "number:88001234"), CALL, None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "begun", "inside", "order", "call", "says"), GOOD)
def test_call_control_positive(name: str, begun: Any, inside: str, order: Any, call: int, says: Any) -> None:
    told = ordered(begun(), name, inside, order, call=call)
    assert told.name == f"{name}Response"
    if says is None:
        assert told.names() == []
    else:
        element, number, device = says
        assert (told.at(f"{element}/callID"), told.at(f"{element}/deviceID")) == (str(number), device)


BAD = [
    ("MakeCall", Bench, MADE.replace("101", "service"), ("operation", "invalidCallingDeviceID")),
    ("MakeCall", Bench, f"{MADE.replace('102', 'a b')}<autoOriginate>prompt</autoOriginate>",
     ("operation", "invalidDestination")),
    ("AnswerCall", talking, connection("callToBeAnswered", CALL, "101"), ("stateIncompatibility", "noCallToAnswer")),
    ("AnswerCall", Bench, connection("callToBeAnswered", 5, "101"), ("operation", "invalidCallID")),
    ("AnswerCall", ringing, connection("callToBeAnswered", CALL, "102"), ("operation", "invalidConnectionID")),
    ("HoldCall", ringing, connection("callToBeHeld", CALL, "101"), ("stateIncompatibility", "noActiveCall")),
    ("HoldCall", talking, connection("callToBeHeld", CALL, TRUNK), ("operation", "requestIncompatibleWithConnection")),
    ("RetrieveCall", talking, connection("callToBeRetrieved", CALL, "101"), ("stateIncompatibility", "noHeldCall")),
    ("ClearConnection", waiting, connection(CLEARED, CALL, "service"),
     ("operation", "requestIncompatibleWithConnection")),
    ("ClearConnection", Bench, "<connectionToBeCleared><callID>x</callID></connectionToBeCleared>",
     ("operation", "invalidCallID")),
    ("ClearCall", Bench, BUSY_SEAT, ("operation", "invalidCallID")),
    ("ConsultationCall", ringing, f"{connection('existingCall', CALL, '101')}<consultedDevice>102</consultedDevice>",
     ("stateIncompatibility", "noActiveCall")),
    ("TransferCall", talking, connection("heldCall", CALL, "101") + connection("activeCall", CALL, "101"),
     ("stateIncompatibility", "noHeldCall")),
    ("ConferenceCall", consulting, connection("heldCall", CALL, "101") + connection("activeCall", 8, "102"),
     ("operation", "invalidConnectionID")),
    ("ReconnectCall", consulting, connection("heldCall", CALL, "101"), ("operation", "invalidParameterValue")),
    ("SingleStepTransferCall", talking, f"{connection('activeCall', CALL, '101')}<transferredTo>no one</transferredTo>",
     ("operation", "invalidDestination")),
    ("DeflectCall", talking, f"{connection('callToBeDiverted', CALL, '101')}<newDestination>103</newDestination>",
     ("stateIncompatibility", "invalidConnectionState")),
    ("GenerateDigits", talking,
     f"{connection('connectionToSendDigits', CALL, '101')}<charactersToSend>1</charactersToSend>",
     ("operation", "serviceNotSupported")),
    ("AlternateCall", consulting, TWO, ("operation", "serviceNotSupported")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "begun", "inside", "expected"), BAD)
def test_call_control_negative(name: str, begun: Any, inside: str, expected: tuple[str, str]) -> None:
    bench = begun()
    bench.heard()
    bench.wanted()
    assert error(bench.ask(name, inside)) == expected
    assert bench.wanted() == []
    assert bench.journal(RequestTaken)[-1].result == expected[1]


@pytest.mark.parametrize("result", [*RESULTS[1:], "not_reachable"])
def test_every_result_of_the_switch_is_an_error_of_csta(result: str) -> None:
    told = ordered(Bench(), "MakeCall", MADE, PressKey("101", "dial", "102"), result)
    assert error(told) == REFUSED[result]
    assert REFUSED[result][1] in ERRORS[REFUSED[result][0]]


def test_trap_4_events_come_before_the_response() -> None:
    bench = Bench()
    bench.monitor("101")
    bench.say(f"<MakeCall>{MADE}</MakeCall>")
    bench.dials("101", "102", 9, 21)
    bench.done("ok", 9)
    assert [one.name for one in bench.heard()] == ["ServiceInitiatedEvent", "OriginatedEvent", "MakeCallResponse"]


def test_prompted_call_is_answered_when_the_seat_does() -> None:
    bench = Bench()
    bench.say(f"<MakeCall>{MADE}<autoOriginate>prompt</autoOriginate></MakeCall>")
    bench.pass_by(seconds(20))
    assert bench.heard() == []
    bench.done("no_answer")
    assert error(bench.heard()[0]) == ("stateIncompatibility", "invalidObjectState")


@pytest.mark.parametrize("said", ["101", "SEAT/101", "N<101>;x=1", "tel:101", "sip:101@switch", "101:switch::0"])
def test_trap_6_forms_of_a_device_identifier(said: str) -> None:
    bench = Bench()
    escaped = said.replace("<", "&lt;").replace(">", "&gt;")
    made = MADE.replace("<callingDevice>101", f'<callingDevice typeOfNumber="other">{escaped}')
    ordered(bench, "MakeCall", made, PressKey("101", "dial", "102"))


def test_so_many_requests_may_wait() -> None:
    bench = Bench()
    for _ in range(MOST_PENDING):
        bench.say(f"<MakeCall>{MADE}</MakeCall>")
    assert error(bench.ask("MakeCall", MADE)) == ("performanceManagement", "performanceLimitExceeded")
    bench.done()
    bench.heard()
    bench.say(f"<MakeCall>{MADE}</MakeCall>")
    assert bench.heard() == []


def test_elements_in_any_order_with_prefixes() -> None:
    bench = Bench()
    bench.say(
        f'<c:MakeCall xmlns:c="{ED3}"><c:extensions/><c:calledDirectoryNumber>102</c:calledDirectoryNumber>'
        "<c:callingDevice>101</c:callingDevice></c:MakeCall>"
    )
    assert bench.wanted()[-1] == PressKey("101", "dial", "102")
