"""A CSTA application over a real socket: one call followed, agents, calls of seats, transfer, conference, routing."""

from __future__ import annotations

import json
import socket
import struct
import sys
from pathlib import Path
from typing import Final

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from csta_client import ED4, Application, framed, played
from serve_bench import Served, replay

CALLS: Final = """\
format: 1
machine: b_type_small
seed: 4
seconds: 600
load:
  - {name: customer, shape: constant, rate: 60/min, most_calls: 2, numbers: ["10061"], hold: 2s}
agents:
  - {sign_in: 10ms}
"""
QUIET: Final = """\
format: 1
machine: b_type_small
seed: 4
seconds: 600
agents:
  - {sign_in: 10ms}
"""


CUT: Final = """\
format: 1
machine: b_type_small
seed: 4
seconds: 600
agents:
  - {sign_in: 10ms}
timeline:
  - {at: 3s, fault: mem_link_cut, for: 6s}
"""


def assert_replays(run: Served) -> None:
    code, said = replay(run.folder)
    digest = json.loads((run.folder / "verdict.json").read_text())["digest"]
    assert (code, said.strip()) == (0, f"equal, digest {digest}")


def at(element: str, call: str, device: str) -> str:
    return f"<{element}><callID>{call}</callID><deviceID>{device}</deviceID></{element}>"


def ready(application: Application) -> None:
    """Until the switch has told everything, and the agents are there."""
    while application.ask("RequestSystemStatus").at("systemStatus") != "normal":
        pass
    while "agentNull" in application.ask("GetAgentState", "<device>sales</device>").every("agentState"):
        pass


def test_acd_call_followed_from_the_queue_to_its_end(tmp_path: Path) -> None:
    """csta.md 9: Delivered at the ACD device, Queued, Diverted, Delivered at the agent."""

    def script(application: Application) -> None:
        assert application.start_session("ccs", "s3cret").name == "StartApplicationSessionPosResponse"
        ready(application)
        queue = application.monitor("sales", "<monitorType>call</monitorType>")
        answered = application.until("EstablishedEvent")
        call, seat = answered.at("establishedConnection/callID"), answered.at("answeringDevice/deviceIdentifier")
        snapshot = application.ask("SnapshotCall", at("snapshotObject", call, seat))
        assert snapshot.every("localConnectionInfo") == ["connected", "connected"]
        application.until("CallClearedEvent", clearedCall__callID=call)
        of_call = [
            one.name.removesuffix("Event")
            for one in application.heard
            if one.at("monitorCrossRefID") == queue and not one.name.startswith("Agent") and call in one.every("callID")
        ]
        assert of_call == [
            "Delivered", "Queued", "Diverted", "Delivered", "Established", "ConnectionCleared", "ConnectionCleared",
            "CallCleared",
        ]  # fmt: skip
        assert "AgentBusy" in application.names(queue)

    run = played(tmp_path, CALLS, script)
    assert run.exit_code == 130
    written = [path.read_bytes() for path in run.folder.rglob("*") if path.is_file()]
    assert not [octets for octets in written if b"s3cret" in octets]
    assert_replays(run)


def test_agent_states(tmp_path: Path) -> None:
    def script(application: Application) -> None:
        application.start_session("ccs", "s3cret")
        ready(application)
        application.monitor("1001")
        for wanted, event in (("notReady", "NotReady"), ("ready", "Ready"), ("loggedOff", "LoggedOff"),
                              ("loggedOn", "LoggedOn")):  # fmt: skip
            told = application.ask(
                "SetAgentState", f"<device>1001</device><requestedAgentState>{wanted}</requestedAgentState>"
            )
            assert told.name == "SetAgentStateResponse", told
            assert application.until(f"Agent{event}Event").at("agentID") == "1001"
        told = application.ask("GetAgentState", "<device>1001</device>")
        assert told.every("agentState") == ["agentReady", "agentReady"]
        assert told.every("acdGroup") == ["sales", "service"]

    assert_replays(played(tmp_path, QUIET, script))


def test_call_hold_consultation_and_transfer(tmp_path: Path) -> None:
    def script(application: Application) -> None:
        application.start_session("ccs", "s3cret")
        ready(application)
        seat = application.monitor("1016")
        made = application.ask(
            "MakeCall", "<callingDevice>1016</callingDevice><calledDirectoryNumber>1001</calledDirectoryNumber>"
        )
        call = made.at("callingDevice/callID")
        application.until("EstablishedEvent", establishedConnection__callID=call)
        assert [name for name in application.names(seat) if not name.startswith("Agent")] == [
            "ServiceInitiated", "Originated", "Delivered", "Established"]  # fmt: skip
        assert application.ask("HoldCall", at("callToBeHeld", call, "1016")).name == "HoldCallResponse"
        assert application.ask("RetrieveCall", at("callToBeRetrieved", call, "1016")).name == "RetrieveCallResponse"
        consulted = application.ask(
            "ConsultationCall", at("existingCall", call, "1016") + "<consultedDevice>1002</consultedDevice>"
        )
        other = consulted.at("initiatedCall/callID")
        assert other != call
        application.until("EstablishedEvent", establishedConnection__callID=other)
        moved = application.ask("TransferCall", at("heldCall", call, "1016") + at("activeCall", other, "1016"))
        assert moved.at("transferredCall/deviceID") == "1002"
        told = application.until("TransferedEvent")
        assert (told.at("primaryOldCall/callID"), told.at("secondaryOldCall/callID")) == (call, other)
        remains = application.ask("SnapshotCall", at("snapshotObject", call, "1001"))
        assert sorted(remains.every("deviceIdentifier")[:2]) == ["1001", "1002"]
        assert application.ask("SnapshotDevice", "<snapshotObject>1016</snapshotObject>").every("callID") == []
        assert application.ask("ClearCall", at("callToBeCleared", call, "1001")).name == "ClearCallResponse"
        assert application.ask("ClearCall", at("callToBeCleared", call, "1001")).every("operation") == ["invalidCallID"]

    assert_replays(played(tmp_path, QUIET, script))


def test_conference(tmp_path: Path) -> None:
    def script(application: Application) -> None:
        application.start_session("ccs", "s3cret")
        ready(application)
        application.monitor("1016")
        made = application.ask(
            "MakeCall", "<callingDevice>1016</callingDevice><calledDirectoryNumber>1001</calledDirectoryNumber>"
        )
        call = made.at("callingDevice/callID")
        application.until("EstablishedEvent", establishedConnection__callID=call)
        consulted = application.ask(
            "ConsultationCall", at("existingCall", call, "1016") + "<consultedDevice>1002</consultedDevice>"
        )
        other = consulted.at("initiatedCall/callID")
        application.until("EstablishedEvent", establishedConnection__callID=other)
        application.ask("ConferenceCall", at("heldCall", call, "1016") + at("activeCall", other, "1016"))
        told = application.until("ConferencedEvent")
        assert told.at("localConnectionInfo") == "connected"
        three = application.ask("SnapshotCall", at("snapshotObject", call, "1016"))
        assert sorted(three.every("deviceID")) == ["1001", "1002", "1016"]
        gone = application.ask("ClearConnection", at("connectionToBeCleared", call, "1002"))
        assert gone.name == "ClearConnectionResponse", gone
        application.until("ConnectionClearedEvent", releasingDevice__deviceIdentifier="1002")

    assert_replays(played(tmp_path, QUIET, script))


def test_router_in_the_second_style_of_a_session(tmp_path: Path) -> None:
    """The switch speaks first; the application registers, and sends calls for sales to service."""

    def script(application: Application) -> None:
        assert application.until("SystemStatus").at("systemStatus") in ("normal", "initializing", "disabled")
        told = application.ask("SystemRegister", "<requestTypes><systemStatus>true</systemStatus></requestTypes>")
        assert told.at("sysStatRegisterID")
        ready(application)
        application.monitor("service")
        told = application.ask("RouteRegister", "<routeingDevice>sales</routeingDevice>")
        assert told.name == "RouteRegisterResponse", told
        asked = application.until("RouteRequest")
        assert asked.at("currentRoute/deviceIdentifier") == "10061"
        dialogue = asked.at("crossRefIdentifier")
        application.send(
            42,
            f'<RouteSelect xmlns="http://example.com/"><routeUsedReq>true</routeUsedReq>'
            f"<crossRefIdentifier>{dialogue}</crossRefIdentifier><routeSelected>service</routeSelected></RouteSelect>",
        )
        used = application.until("RouteUsed", crossRefIdentifier=dialogue)
        assert used.at("routeUsed/deviceIdentifier") == "service"
        assert application.until("RouteEnd", crossRefIdentifier=dialogue).every("operation") == []
        queued = application.until("QueuedEvent")
        assert queued.at("queuedConnection/callID") == asked.at("routedCall/callID")

    assert_replays(played(tmp_path, CALLS, script, "--insecure-no-auth"))


ROUTED: Final = """\
format: 1
machine: {machine}
seed: 4
seconds: 600
load:
  - {{name: customer, shape: constant, rate: 20/min, start: 5s, most_calls: 4, numbers: ["10061"], hold: 2s}}
agents:
  - {{sign_in: 10ms}}
"""


@pytest.mark.parametrize("machine", ["b_type_small", "call_centre"])
def test_routing_to_the_end(tmp_path: Path, machine: str) -> None:
    """A CCS that is active steps back for the router, and is asked (or the switch decides) when the router passes."""
    calls: list[int] = []

    def script(application: Application) -> None:
        assert application.start_session("ccs", "s3cret").name == "StartApplicationSessionPosResponse"
        ready(application)
        for device in ("1016", "service", "sales"):
            application.monitor(device)
        assert application.ask("RouteRegister", "<routeingDevice>sales</routeingDevice>").at("routeRegisterReqID")
        for target, event, subject in (("1016", "DeliveredEvent", "alertingDevice"),
                                       ("service", "QueuedEvent", "queue"), ("", "QueuedEvent", "queue")):  # fmt: skip
            asked = application.until("RouteRequest", len(application.heard))
            dialogue, call = asked.at("crossRefIdentifier"), asked.at("routedCall/callID")
            calls.append(int(call))
            assert (asked.at("currentRoute/deviceIdentifier"), asked.at("routeingDevice/deviceIdentifier")) == (
                "10061", "sales")  # fmt: skip
            head = f"<crossRefIdentifier>{dialogue}</crossRefIdentifier>"
            if target:
                selected = f"{head}<routeSelected>{target}</routeSelected><routeUsedReq>true</routeUsedReq>"
                application.send(9000, f'<RouteSelect xmlns="{ED4}">{selected}</RouteSelect>')
                used = application.until("RouteUsed", crossRefIdentifier=dialogue)
                assert used.at("routeUsed/deviceIdentifier") == target
                assert application.until("RouteEnd", crossRefIdentifier=dialogue).every("errorValue") == []
            else:
                application.send(9000, f'<RouteEnd xmlns="{ED4}">{head}</RouteEnd>')
            connection = "connection" if event == "DeliveredEvent" else "queuedConnection"
            there = {f"{connection}__callID": call, f"{subject}__deviceIdentifier": target or "sales"}
            application.until(event, **there)

    run = played(tmp_path, ROUTED.format(machine=machine), script, machine=machine)
    decided = list(run.journal("route_decided"))
    by_ccs = ["queue:sales"] if machine == "call_centre" else []
    expected = [["seat:1016"], ["queue:service"], ["", *by_ccs]]
    assert [[line["target"] for line in decided if line["call"] == call] for call in calls] == expected
    checks = json.loads((run.folder / "verdict.json").read_text())["checks"]
    # Calls are up when it is interrupted.
    failed = [check["name"] for check in checks if check["outcome"] == "failed"]
    assert [name for name in failed if not name.startswith("conservation.")] == []
    assert_replays(run)


def test_requests_in_pieces_and_a_connection_that_breaks(tmp_path: Path) -> None:
    """After a reset: log in again, monitor anew, and a snapshot says what there is."""

    def script(application: Application) -> None:
        application.start_session("ccs", "s3cret")
        ready(application)
        application.monitor("1016")
        made = application.ask(
            "MakeCall", "<callingDevice>1016</callingDevice><calledDirectoryNumber>1001</calledDirectoryNumber>"
        )
        call = made.at("callingDevice/callID")
        application.until("EstablishedEvent", establishedConnection__callID=call)
        one = framed(7, "<RequestSystemStatus/>")
        for octet in one:
            application.socket.sendall(bytes([octet]))
        application.socket.sendall(one * 5 + one[:9])
        application.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        host, port = application.socket.getpeername()
        application.socket.close()
        again = Application(host, port)
        assert again.start_session("ccs", "s3cret").at("sessionID") != "S1"
        assert again.monitor("1016")
        assert again.ask("SnapshotDevice", "<snapshotObject>1016</snapshotObject>").every("callID") == [call]
        again.ask("ClearCall", at("callToBeCleared", call, "1016"))
        again.until("ConnectionClearedEvent")
        again.socket.close()

    run = played(tmp_path, QUIET, script)
    taken = [line["request"] for line in run.journal("request_taken")]
    assert taken.count("SnapshotDevice") == 1
    assert_replays(run)


def test_link_to_the_switch_is_cut_and_comes_back(tmp_path: Path) -> None:
    """Monitors stay; a call that the switch went on with meanwhile is still there."""

    def script(application: Application) -> None:
        application.start_session("ccs", "s3cret")
        application.ask("SystemRegister")
        ready(application)
        seat = application.monitor("1016")
        made = application.ask(
            "MakeCall", "<callingDevice>1016</callingDevice><calledDirectoryNumber>1001</calledDirectoryNumber>"
        )
        call = made.at("callingDevice/callID")
        application.until("EstablishedEvent", establishedConnection__callID=call)
        application.until("OutOfServiceEvent", monitorCrossRefID=seat)
        assert application.until("SystemStatus", systemStatus="disabled").at("sysStatRegisterID")
        refused = application.ask("HoldCall", at("callToBeHeld", call, "1016"))
        assert refused.every("systemResourceAvailibility") == ["resourceOutOfService"]
        application.until("BackInServiceEvent", monitorCrossRefID=seat)
        assert application.ask("RequestSystemStatus").at("systemStatus") == "normal"
        names = application.names(seat)
        assert names[names.index("OutOfService") :] == ["OutOfService", "BackInService"]
        assert application.ask("HoldCall", at("callToBeHeld", call, "1016")).name == "HoldCallResponse"
        application.until("HeldEvent", monitorCrossRefID=seat)

    assert_replays(played(tmp_path, CUT, script))


def test_wrong_password_and_none(tmp_path: Path) -> None:
    def script(application: Application) -> None:
        told = application.start_session("ccs", "wrong")
        assert told.at("errorCode/definedError") == "invalidApplicationInfo"
        assert application.receive() is None

    run = played(tmp_path, QUIET, script)
    whats = [line["what"] for line in run.journal("application_changed") if line["place"] == "callcentre/csta"]
    assert whats == ["connected", "refused", "closed"]
