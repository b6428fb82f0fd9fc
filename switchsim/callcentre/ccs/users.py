"""`ccsuser.dat`: the agents, one a line: `agent|name|role|team|skills|seat`.

skills: call queues with a level, `118:1,11:2`; the lower the level the sooner the agent gets a call of that queue, 1
when none is given. seat: where the agent usually sits, may be empty: whoever signs in with the keys of that seat is
this agent. An agent without skill queue, role or team is kept in the list, and cannot sign in.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from switchsim.callcentre.ccs.ini import COMMENTS, Damaged, text_of

FILE: Final = "ccsuser.dat"
MOST_AGENTS: Final = 10_000
"""Of the platform: queue_switch.md, Platform."""
MOST_SKILLS: Final = 20
LEVELS: Final = tuple("123456789")
MOST_OCTETS: Final = 4_000_000
_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,20}")
_FIELDS: Final = 6


class Agent(msgspec.Struct, frozen=True):
    """skills: call queue -> level, 1 (first) .. 9. seat: usual one, `` none."""

    agent: str
    name: str
    role: str
    team: str
    skills: dict[str, int]
    seat: str

    @property
    def complete(self) -> bool:
        """It has what an agent needs."""
        return bool(self.skills and self.role and self.team)


def read_users(octets: bytes) -> dict[str, Agent]:
    """By agent number, in the order of the file; raises Damaged."""
    agents: dict[str, Agent] = {}
    seats: dict[str, str] = {}
    for number, raw in enumerate(text_of(octets, FILE, MOST_OCTETS), 1):
        line = raw.strip()
        if not line or line.startswith(COMMENTS):
            continue
        where = f"{FILE} line {number}"
        agent = _agent(line, where)
        if agent.agent in agents:
            raise Damaged(f"{where}: agent {agent.agent} stands twice")
        if agent.seat and seats.setdefault(agent.seat, agent.agent) != agent.agent:
            raise Damaged(f"{where}: seat {agent.seat} is that of agent {seats[agent.seat]} already")
        agents[agent.agent] = agent
        if len(agents) > MOST_AGENTS:
            raise Damaged(f"{where}: more than {MOST_AGENTS} agents")
    return agents


def _agent(line: str, where: str) -> Agent:
    fields = [field.strip() for field in line.split("|")]
    if len(fields) != _FIELDS:
        raise Damaged(f"{where}: {len(fields)} fields; expected agent|name|role|team|skills|seat")
    agent, name, role, team, skills, seat = fields
    for value, what in ((agent, "agent's number"), (seat or "0", "seat's number")):
        if not _NUMBER.fullmatch(value):
            raise Damaged(f"{where}: {value[:40]!r} is no {what}")
    return Agent(agent, name, role, team, _skills(skills, where), seat)


def _skills(text: str, where: str) -> dict[str, int]:
    skills: dict[str, int] = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        queue, colon, level = one.partition(":")
        if not _NUMBER.fullmatch(queue) or (colon and level not in LEVELS):
            raise Damaged(f"{where}: {one[:40]!r} is no skill; expected a queue and a level 1..9, as 118:1")
        if queue in skills:
            raise Damaged(f"{where}: skill {queue} stands twice")
        skills[queue] = int(level or 1)
    if len(skills) > MOST_SKILLS:
        raise Damaged(f"{where}: {len(skills)} skills; at most {MOST_SKILLS}")
    return skills
