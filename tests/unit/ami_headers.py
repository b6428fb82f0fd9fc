"""The headers of every AMI event, and how the tests of them read what a client was told."""

from __future__ import annotations

from ami_bench import Answer, Bench

CHANNEL = [
    "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName", "ConnectedLineNum",
    "ConnectedLineName", "Language", "AccountCode", "Context", "Exten", "Priority", "Uniqueid", "Linkedid",
]  # fmt: skip
DEST = [f"Dest{key}" for key in CHANNEL]
BRIDGE = ["BridgeUniqueid", "BridgeType", "BridgeTechnology", "BridgeCreator", "BridgeName", "BridgeNumChannels",
          "BridgeVideoSourceMode"]  # fmt: skip
MEMBER = [
    "Queue", "MemberName", "Interface", "StateInterface", "Membership", "Penalty", "CallsTaken", "LastCall",
    "LastPause", "LoginTime", "InCall", "Status", "Paused", "PausedReason", "Ringinuse", "Wrapuptime",
]  # fmt: skip
AGENT = ["Queue", "Interface", "MemberName"]
HEADERS = {
    "Newchannel": CHANNEL, "Newstate": CHANNEL, "NewConnectedLine": CHANNEL, "MusicOnHoldStop": CHANNEL,
    "Hold": CHANNEL, "Unhold": CHANNEL, "Hangup": [*CHANNEL, "Cause", "Cause-txt"],
    "MusicOnHoldStart": [*CHANNEL, "Class"], "DialBegin": [*CHANNEL, *DEST, "DialString"],
    "DialEnd": [*CHANNEL, *DEST, "DialStatus"], "BridgeCreate": BRIDGE, "BridgeDestroy": BRIDGE,
    "BridgeEnter": [*BRIDGE, *CHANNEL], "BridgeLeave": [*BRIDGE, *CHANNEL],
    "QueueCallerJoin": [*CHANNEL, "Queue", "Position", "Count"],
    "QueueCallerLeave": [*CHANNEL, "Queue", "Position", "Count"],
    "QueueCallerAbandon": [*CHANNEL, "Queue", "Position", "OriginalPosition", "HoldTime"],
    "AgentCalled": [*CHANNEL, *DEST, *AGENT], "AgentConnect": [*CHANNEL, *DEST, *AGENT, "HoldTime", "RingTime"],
    "AgentRingNoAnswer": [*CHANNEL, *DEST, *AGENT, "RingTime"],
    "AgentComplete": [*CHANNEL, *DEST, *AGENT, "HoldTime", "TalkTime", "Reason"],
    "DTMFBegin": [*CHANNEL, "Digit", "Direction"], "DTMFEnd": [*CHANNEL, "Digit", "DurationMs", "Direction"],
    "QueueMemberStatus": MEMBER, "QueueMemberAdded": MEMBER, "QueueMemberRemoved": MEMBER, "QueueMemberPause": MEMBER,
    "QueueMemberPenalty": MEMBER,
}  # fmt: skip
"""Every event with its headers, in their order."""
CLASSES = {"QueueCaller": "agent", "Agent": "agent", "QueueMember": "agent", "DTMF": "dtmf"}
UP, RINGING, RING = "6", "5", "4"


def told(bench: Bench, client: int) -> list[Answer]:
    """The events read, each with the headers that its kind has."""
    events = bench.read(client)
    for event in events:
        name = event["Event"]
        assert list(event) == ["Event", "Privilege", *HEADERS[name]], name
        kind = next((kind for prefix, kind in CLASSES.items() if name.startswith(prefix)), "call")
        assert event["Privilege"] == f"{kind},all"
    return events


def of(events: list[Answer], name: str) -> Answer:
    (found,) = [event for event in events if event["Event"] == name]
    return found


def names(events: list[Answer]) -> list[str]:
    return [event["Event"] for event in events]
