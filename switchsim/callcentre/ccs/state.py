"""What a CCS has in its memory, and what the two of a pair say to each other."""

from __future__ import annotations

import msgspec

from switchsim.callcentre.application import ApplicationCommon
from switchsim.callcentre.ccs.pair import Pair
from switchsim.callcentre.process import Watched
from switchsim.model.part import State


class AgentRow(State):
    """Where an agent is signed in, `` = nowhere any more; changed: cycle from which that holds.

    by_letter: the agent said who it is; else the seat signed in, and this is who usually sits there.
    """

    agent: str
    seat: str
    changed: int
    by_letter: bool = False


class Question(State):
    """A `RouteAsked` that nobody is known to have answered."""

    entry: int
    number: str
    calling: str
    queue: str


class FlowRow(State):
    """A call that wants a flow, or is in one. ivr: who was asked last, or serves it. tried: who could not."""

    flow: str
    number: str
    calling: str
    asked: int
    ivr: str = ""
    taken: bool = False
    tried: list[str] = []


class Client(State):
    """A process that registered: an IVR with its flows, PROXY. calls: in its hands, or offered to it."""

    what: str
    offers: list[str]
    watched: Watched = msgspec.field(default_factory=Watched)
    calls: int = 0


class SignRow(State):
    """A sign-in or sign-out by letter that waits for the switch."""

    request: int
    agent: str
    seat: str
    on: bool
    sender: str


class CcsState(ApplicationCommon):
    """old: it runs with the old `ccs.ini`. agents: by number; at_seat: seat -> agent who is signed in there.
    refused: seat -> why its usual agent, who is there, gets no calls; refused_told: the journal knows, from this role.

    By call: questions, decided (entry), chosen (1: a flow or an earlier way chose its queue), flows, ringing (seat),
    offers (seat ordered, no answer yet), tried (seats that did not answer), data. resting: seats and calls that are
    left alone until the next heartbeat, as an order of theirs failed. idea: what was thought of seats and calls before
    the switch told everything again.
    """

    pair: Pair = msgspec.field(default_factory=Pair)
    old: bool = False
    agents: dict[str, AgentRow] = {}
    at_seat: dict[str, str] = {}
    refused: dict[str, str] = {}
    refused_told: bool = False
    questions: dict[int, Question] = {}
    decided: dict[int, int] = {}
    chosen: dict[int, int] = {}
    flows: dict[int, FlowRow] = {}
    ringing: dict[int, str] = {}
    offers: dict[int, str] = {}
    offered: dict[str, int] = {}
    tried: dict[int, list[str]] = {}
    resting_seats: list[str] = []
    resting_calls: list[int] = []
    sign_ins: dict[int, SignRow] = {}
    clients: dict[str, Client] = {}
    data: dict[int, dict[str, str]] = {}
    known: bool = False
    idea_seats: dict[str, str] = {}
    idea_calls: dict[int, str] = {}


class CallData(State):
    """Of a call, from an IVR or the other CCS: `Application("call_data", msgpack)`. values: added to what is known."""

    call: int
    values: dict[str, str]


class Knowledge(State):
    """What only a CCS knows and the switch cannot tell: `ResyncGiven.octets`, msgpack."""

    agents: list[AgentRow]
    data: dict[int, dict[str, str]]
