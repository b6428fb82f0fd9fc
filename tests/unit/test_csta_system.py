"""Monitors, snapshots, agent states and the switch itself: positive and negative answers (csta.md 4, 5, 10)."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from csta_by_hand import CALL, Bench, connection, error, ordered, ringing, talking

from switchsim.model.cti import CallBegan, MemberChanged, PressKey, QueueEntered, Redirect, SeatChanged
from switchsim.proto.csta import read_request
from switchsim.proto.csta.requests import ROWS
from switchsim.proto.csta.xmltext import Element

# -- monitors and snapshots ----------------------------------------------------------------------------------------


def test_monitor_start_and_stop() -> None:
    bench = Bench()
    reference = bench.monitor("101")
    assert bench.ask("MonitorStop", f"<monitorCrossRefID>{reference}</monitorCrossRefID>").name == "MonitorStopResponse"
    assert error(bench.ask("MonitorStop", f"<monitorCrossRefID>{reference}</monitorCrossRefID>")) == (
        "operation", "invalidMonitorCrossRefID")  # fmt: skip
    bench.seat("101", "busy")
    assert bench.heard() == []


def test_monitor_of_somebody_else_can_not_be_stopped() -> None:
    bench = Bench()
    reference = bench.monitor("101")
    bench.attach(2)
    bench.log_in(2)
    told = bench.ask("MonitorStop", f"<monitorCrossRefID>{reference}</monitorCrossRefID>", client=2)
    assert error(told) == ("operation", "invalidMonitorCrossRefID")


@pytest.mark.parametrize(
    ("inside", "value"),
    [
        ("<monitorObject><deviceObject>999</deviceObject></monitorObject>", "invalidDeviceID"),
        ("<monitorObject/>", "invalidMonitorObject"),
        (f"<monitorObject>{connection('callObject', 99, '')}</monitorObject>", "invalidCallID"),
    ],
)
def test_monitor_start_negative(inside: str, value: str) -> None:
    assert error(Bench().ask("MonitorStart", inside)) == ("operation", value)


def test_snapshot_device() -> None:
    bench = talking()
    told = bench.ask("SnapshotDevice", "<snapshotObject>101</snapshotObject>")
    base = "crossRefIDorSnapshotData/snapshotData/snapshotDeviceResponseInfo"
    assert told.at(f"{base}/connectionIdentifier/callID") == "7"
    assert told.at(f"{base}/connectionIdentifier/deviceID") == "101"
    assert told.every("localConnectionState") == ["connected", "connected"]
    idle = bench.ask("SnapshotDevice", "<snapshotObject>102</snapshotObject>")
    assert idle.at("crossRefIDorSnapshotData/snapshotData") == ""
    assert error(bench.ask("SnapshotDevice", "<snapshotObject>999</snapshotObject>")) == (
        "operation",
        "invalidDeviceID",
    )


def test_snapshot_of_a_long_queue_comes_in_segments() -> None:
    bench = Bench()
    for number in range(150):
        bench.tell(
            _began(100 + number), QueueEntered(100 + number, number + 1, "service", number + 1, number + 1, 0, True)
        )
    bench.say("<SnapshotDevice><snapshotObject>service</snapshotObject></SnapshotDevice>")
    first, *segments = bench.heard()
    reference = first.at("crossRefIDorSnapshotData/serviceCrossRefID")
    assert [
        (one.name, one.at("serviceCrossRefID"), one.at("segmentID"), one.at("lastSegment")) for one in segments
    ] == [
        ("SnapshotDeviceData", reference, str(number), last)
        for number, last in ((1, "false"), (2, "false"), (3, "true"))
    ]
    assert sum(len(one.every("connectionIdentifier")) for one in segments) == 150


def _began(call: int) -> Any:
    return CallBegan(call, "in", "1", "10000", "10000", 0)


def test_snapshot_call() -> None:
    bench = ringing()
    told = bench.ask("SnapshotCall", connection("snapshotObject", CALL, "101"))
    assert told.every("localConnectionInfo") == ["connected", "alerting"]
    assert (told.at("callingDevice/deviceIdentifier"), told.at("calledDevice/deviceIdentifier")) == (
        "13800138000",
        "10000",
    )
    assert error(bench.ask("SnapshotCall", connection("snapshotObject", 99, ""))) == ("operation", "invalidCallID")


# -- agents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "wanted", "key"),
    [
        ("signed_out", "loggedOn", "sign_in"), ("idle", "loggedOff", "sign_out"), ("idle", "notReady", "busy"),
        ("busy", "ready", "ready"), ("wrap_up", "ready", "ready"), ("ringing", "notReady", "busy"),
    ],
)  # fmt: skip
def test_set_agent_state_positive(state: str, wanted: str, key: str) -> None:
    bench = Bench()
    bench.seat("101", state)
    inside = f"<device>101</device><requestedAgentState>{wanted}</requestedAgentState><agentID>4711</agentID>"
    told = ordered(bench, "SetAgentState", inside, PressKey("101", key))
    assert (told.name, told.names()) == ("SetAgentStateResponse", [])


@pytest.mark.parametrize(
    ("state", "after", "wanted", "pending"),
    [
        ("idle", "", "ready", []), ("ringing", "", "ready", []), ("busy", "", "notReady", []),
        ("signed_out", "", "loggedOff", []), ("idle", "", "loggedOn", []), ("busy", "", "loggedOn", []),
        ("talk", "", "loggedOn", []), ("talk", "", "ready", []), ("talk", "busy", "notReady", ["agentNotReady"]),
        ("held", "sign_out", "loggedOff", ["agentNull"]),
    ],
)  # fmt: skip
def test_agent_state_that_is_there_already_is_no_error_and_no_order(
    state: str, after: str, wanted: str, pending: list[str]
) -> None:
    """ECMA-269 does not restrict transitions (sheet 10)."""
    bench = Bench()
    bench.seat("101", state, after)
    bench.heard()
    bench.wanted()
    told = bench.ask("SetAgentState", f"<device>101</device><requestedAgentState>{wanted}</requestedAgentState>")
    assert (told.name, told.every("pendingAgentState")) == ("SetAgentStateResponse", pending)
    assert bench.wanted() == []


@pytest.mark.parametrize(("state", "after", "wanted", "key"), [
    ("talk", "busy", "ready", "ready"), ("talk", "", "notReady", "busy"), ("talk", "busy", "loggedOff", "sign_out"),
    ("faulty", "", "loggedOff", "sign_out"), ("faulty", "", "loggedOn", "sign_in"),
])  # fmt: skip
def test_agent_state_that_is_not_there_yet_is_ordered(state: str, after: str, wanted: str, key: str) -> None:
    bench = Bench()
    bench.seat("101", state, after)
    bench.wanted()
    bench.say(f"<SetAgentState><device>101</device><requestedAgentState>{wanted}</requestedAgentState></SetAgentState>")
    assert bench.wanted() == [PressKey("101", key)]


def test_nobody_logs_on_where_another_agent_is() -> None:
    bench = Bench()
    bench.seat("101", "signed_out")
    inside = "<device>101</device><requestedAgentState>loggedOn</requestedAgentState><agentID>{}</agentID>"
    ordered(bench, "SetAgentState", inside.format("4711"), PressKey("101", "sign_in"))
    bench.seat("101", "idle")
    bench.heard()
    assert bench.ask("SetAgentState", inside.format("4711")).name == "SetAgentStateResponse"
    told = ordered(bench, "SetAgentState", inside.format("4712"), PressKey("101", "sign_in"), "wrong_state")
    assert error(told) == ("stateIncompatibility", "invalidObjectState")
    assert bench.ask("GetAgentState", "<device>101</device>").every("agentID") == ["4711"]


def test_state_that_takes_effect_after_the_call_is_pending() -> None:
    bench = talking()
    bench.say("<SetAgentState><device>101</device><requestedAgentState>notReady</requestedAgentState></SetAgentState>")
    bench.tell(SeatChanged("101", "talk", CALL, "busy", "", 0))
    bench.done()
    assert bench.heard()[-1].at("pendingAgentState") == "agentNotReady"


@pytest.mark.parametrize(
    ("device", "wanted", "value"),
    [
        ("999", "ready", "invalidDeviceID"),
        ("101", "workingAfterCall", "agentStateNotSupported"),
        ("101", "asleep", "invalidParameterValue"),
    ],
)
def test_set_agent_state_negative(device: str, wanted: str, value: str) -> None:
    inside = f"<device>{device}</device><requestedAgentState>{wanted}</requestedAgentState>"
    assert error(Bench().ask("SetAgentState", inside)) == ("operation", value)


@pytest.mark.parametrize(("result", "name"), [("ok", "4711"), ("wrong_state", "101")])
def test_agent_is_known_by_the_name_with_which_it_was_logged_on(result: str, name: str) -> None:
    bench = Bench()
    bench.seat("101", "signed_out")
    inside = "<device>101</device><requestedAgentState>loggedOn</requestedAgentState><agentID>4711</agentID>"
    ordered(bench, "SetAgentState", inside, PressKey("101", "sign_in"), result)
    assert bench.ask("GetAgentState", "<device>101</device>").every("agentID") == [name]


def test_get_agent_state() -> None:
    bench = Bench()
    bench.seat("102", "wrap_up")
    told = bench.ask("GetAgentState", "<device>service</device>")
    assert told.every("agentID") == ["101", "102"]
    assert told.every("agentState") == ["agentReady", "agentWorkingAfterCall"]
    assert told.every("acdGroup") == ["service", "service"]
    bench.seat("103", "signed_out")
    told = bench.ask("GetAgentState", "<device>103</device>")
    assert (told.every("loggedOnState"), told.every("agentState"), told.every("acdGroup")) == (
        ["false"],
        ["agentNull"],
        [],
    )
    assert error(bench.ask("GetAgentState", "<device>999</device>")) == ("operation", "invalidDeviceID")


def test_answer_that_would_be_too_long_is_refused() -> None:
    bench = Bench()
    for number in range(300):
        bench.tell(SeatChanged(str(5000 + number), "idle", 0, "", "", 0))
        bench.tell(_member(str(5000 + number)))
    told = bench.ask("GetAgentState", "<device>service</device>")
    assert error(told) == ("systemResourceAvailibility", "resourceLimitExceeded")


def _member(seat: str) -> Any:
    return MemberChanged("service", seat, True, 0, True)


# -- the switch ----------------------------------------------------------------------------------------------------


def test_devices_of_the_switch() -> None:
    bench = Bench()
    bench.say("<GetSwitchingFunctionDevices/>")
    answer, listed = bench.heard()
    assert answer.at("serviceCrossRefID") == listed.at("serviceCrossRefID")
    assert listed.every("deviceID") == ["101", "102", "103", "service"]
    assert listed.every("deviceCategory") == ["station", "station", "station", "acd"]
    bench.say(
        "<GetSwitchingFunctionDevices><requestedDeviceCategory>acd</requestedDeviceCategory></GetSwitchingFunctionDevices>"
    )
    assert bench.heard()[1].every("deviceID") == ["service"]


def test_features_name_nothing_that_is_refused() -> None:
    told = Bench().ask("GetCSTAFeatures")
    services = [child.tag.rpartition("}")[2] for group in told.root[0] for child in group]
    assert "makeCall" in services
    assert not {"generateDigits", "alternateCall"} & set(services)
    assert [child.tag.rpartition("}")[2] for child in told.root[1]] == [
        "callControlEvtsList", "callAssociatedEvtsList", "logicalEvtsList", "deviceMaintEvtsList"]  # fmt: skip


def test_every_request_has_its_service() -> None:
    assert set(Bench().csta.services) == set(ROWS)


def test_reader_of_requests_takes_an_empty_document_of_any_name() -> None:
    for name in (*ROWS, "Nothing"):
        asked = read_request(Element(name))
        assert asked.name == name
        assert asked.missing == (ROWS[name].required[0][1] if name in ROWS and ROWS[name].required else "")


def test_frames_that_are_sent_stay_below_32768_octets() -> None:
    bench = Bench()
    for number in range(900):
        bench.tell(SeatChanged(str(100_000 + number), "idle", 0, "", "", 0))
    bench.say("<GetSwitchingFunctionDevices/>")
    octets = b"".join(item[5:] for item in bench.csta.take_outbox())
    while octets:
        (length,) = struct.unpack(">H", octets[2:4])
        assert length <= 32767
        octets = octets[length:]


def test_queue_of_the_machine_without_members_or_callers_is_a_device() -> None:
    """The link tells of a queue only when there is something in it."""
    bench = Bench(queues=("night", "service"))
    assert bench.monitor("night")
    assert bench.ask("SnapshotDevice", "<snapshotObject>night</snapshotObject>").every("callID") == []
    assert bench.ask("GetAgentState", "<device>night</device>").every("agentID") == []
    assert bench.ask("RouteRegister", "<routeingDevice>night</routeingDevice>").name == "RouteRegisterResponse"
    bench.say(
        "<GetSwitchingFunctionDevices><requestedDeviceCategory>acd</requestedDeviceCategory></GetSwitchingFunctionDevices>"
    )
    assert bench.heard()[1].every("deviceID") == ["night", "service"]
    bench.incoming()
    bench.wanted()
    inside = f"{connection('callToBeDiverted', CALL, 'service')}<newDestination>night</newDestination>"
    bench.say(f"<DeflectCall>{inside}</DeflectCall>")
    assert bench.wanted() == [Redirect(CALL, "queue:night")]
    assert error(Bench().ask("SnapshotDevice", "<snapshotObject>night</snapshotObject>")) == (
        "operation", "invalidDeviceID")  # fmt: skip
