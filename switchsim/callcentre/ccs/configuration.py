"""What a CCS knows from the shared folder ICDCONFIG: `icd.ini`, `ccs.ini`, `ccsuser.dat`; formats of this project.

`icd.ini`: `[icd]` agents = most that are signed in at once (1..10000); `[nodes]` process = node number (`ccs/a = 1`).

`ccs.ini`: `[ccs]` version = what the journal names it by; strategy, ring, size, overflow_after, overflow_to, when_empty
= what call queues have that do not say so themselves. `[queue NAME]`, a call queue: the same keys. `[access]` number =
target, an access code. `[translate]` number = number, before the access codes are looked at. `[callers]` first digits
of the caller = priority 0..9, the longest match counts.

strategy: longest_idle, most_skills_first. size: most callers who wait, 0 = any number; overflow_after: `0s` = never;
overflow_to: a target, empty = none; when_empty (no agent is signed in): wait, overflow. Targets: `queue:NAME`,
`seat:NUMBER`, `service:NAME`, `number:DIGITS`; an access code may be `asked`: the queue that the switch would choose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from switchsim.callcentre.ccs.ini import Damaged, Sections, read_ini
from switchsim.callcentre.ccs.users import MOST_AGENTS, Agent, read_users
from switchsim.units import parse_duration, seconds

STRATEGIES: Final = ("longest_idle", "most_skills_first")
ASKED: Final = "asked"
MOST_QUEUES: Final = 500
MOST_CYCLES: Final = seconds(86_400)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}")
_DIGITS = re.compile(r"[0-9*#]{1,20}")
_TARGET = re.compile(r"(queue|seat|service|number):([A-Za-z0-9_.*#-]{1,60})")


class CcsFiles(msgspec.Struct, frozen=True):
    """Octets of the files in ICDCONFIG. old_ccs: an older `ccs.ini` that lies about on the host, empty = none."""

    icd: bytes
    ccs: bytes
    users: bytes
    old_ccs: bytes = b""


class CallQueue(msgspec.Struct, frozen=True):
    """A call queue: a logical device for calls of one direction. Cycles; ring 0 = as the switch's queue says."""

    name: str
    strategy: str = STRATEGIES[0]
    ring: int = 0
    size: int = 0
    overflow_after: int = 0
    overflow_to: str = ""
    when_empty: str = "wait"


class Configuration(msgspec.Struct, frozen=True):
    """All of it, checked. seats: seat -> agent who usually sits there."""

    version: str
    node: int
    other_node: int
    most_signed_in: int
    queues: dict[str, CallQueue]
    access: dict[str, str]
    translate: dict[str, str]
    callers: dict[str, int]
    agents: dict[str, Agent]
    seats: dict[str, str]

    def queue(self, name: str) -> CallQueue:
        """One that the file does not have is a plain one: who waits in it is given to agents all the same."""
        return self.queues.get(name) or CallQueue(name)

    def priority(self, calling: str) -> int:
        """Of a caller, by the longest of the first digits listed."""
        for length in range(len(calling), 0, -1):
            if calling[:length] in self.callers:
                return self.callers[calling[:length]]
        return 0


def read(files: CcsFiles, name: str, other: str, old: bool = False) -> Configuration | str:
    """The configuration of the CCS `name` whose partner is `other` (`` = none), or what is wrong with the files."""
    try:
        return _read(files, name, other, old)
    except Damaged as why:
        return str(why)


def damage(files: CcsFiles, name: str, other: str) -> dict[str, str]:
    """What is wrong with each file that the CCS `name` may ever read: field of CcsFiles -> why; empty: nothing."""
    parts: dict[str, Callable[[], object]] = {
        "icd": lambda: _read_icd(files.icd, name, other),
        "ccs": lambda: _read_ccs(read_ini(files.ccs, "ccs.ini")),
        "users": lambda: read_users(files.users),
        "old_ccs": lambda: files.old_ccs and _read_ccs(read_ini(files.old_ccs, "ccs.ini")),
    }
    found: dict[str, str] = {}
    for part, reads in parts.items():
        try:
            reads()
        except Damaged as why:
            found[part] = str(why)
    return found


def _read(files: CcsFiles, name: str, other: str, old: bool) -> Configuration:
    numbers, most = _read_icd(files.icd, name, other)
    agents = read_users(files.users)
    parts = _read_ccs(read_ini(files.old_ccs if old else files.ccs, "ccs.ini"))
    seats = {agent.seat: agent.agent for agent in agents.values() if agent.seat}
    return Configuration(
        node=numbers[0], other_node=(numbers[1:] or [0])[0], most_signed_in=most, agents=agents, seats=seats, **parts
    )


def _read_icd(octets: bytes, name: str, other: str) -> tuple[list[int], int]:
    """Node numbers of the two, and how many agents may be signed in."""
    icd = read_ini(octets, "icd.ini")
    _only(icd, ("icd", "nodes"), "icd.ini")
    nodes = icd.get("nodes", {})
    numbers = [_whole(nodes.get(one, ""), range(1, 255), f"icd.ini [nodes] {one}") for one in (name, other) if one]
    if len(set(numbers)) != len(numbers):
        raise Damaged(f"icd.ini [nodes]: {name} and {other} have one number")
    most = _whole(icd.get("icd", {}).get("agents", str(MOST_AGENTS)), range(1, MOST_AGENTS + 1), "icd.ini [icd] agents")
    return numbers, most


def _read_ccs(sections: Sections) -> dict[str, Any]:
    plain = dict(sections.get("ccs", {}))
    version = plain.pop("version", "")
    if not version:
        raise Damaged("ccs.ini [ccs] version: is missing")
    titles = [title for title in sections if title.startswith("queue ")]
    _only(sections, ("ccs", "access", "translate", "callers", *titles), "ccs.ini")
    if len(titles) > MOST_QUEUES:
        raise Damaged(f"ccs.ini: {len(titles)} call queues; at most {MOST_QUEUES}")
    _values(plain, "ccs.ini [ccs]")
    queues = {title[6:]: _queue(title, plain | sections[title]) for title in titles}
    access = {_digits(key, "access"): _access(key, value) for key, value in sections.get("access", {}).items()}
    for where, target in [*((f"[access] {key}", value) for key, value in access.items()),
                          *((f"[queue {one.name}]", one.overflow_to) for one in queues.values())]:  # fmt: skip
        if target.startswith("queue:") and target[6:] not in queues:
            raise Damaged(f"ccs.ini {where}: no call queue {target[6:]!r}")
    translate = sections.get("translate", {})
    return {
        "version": version, "queues": queues, "access": access,
        "translate": {_digits(key, "translate"): _digits(value, "translate") for key, value in translate.items()},
        "callers": {_digits(key, "callers"): _whole(value, range(10), f"ccs.ini [callers] {key}")
                    for key, value in sections.get("callers", {}).items()},
    }  # fmt: skip


def _queue(title: str, values: dict[str, str]) -> CallQueue:
    where = f"ccs.ini [{title}]"
    if not _NAME.fullmatch(title[6:]):
        raise Damaged(f"{where}: {title[6:46]!r} is no name of a call queue")
    return CallQueue(name=title[6:], **_values(values, where))


def _values(values: dict[str, str], where: str) -> dict[str, Any]:
    for key in values:
        if key not in _KEYS:
            raise Damaged(f"{where}: no key {key[:40]!r}; expected one of {', '.join(_KEYS)}")
    return {key: _KEYS[key](value, f"{where} {key}") for key, value in values.items()}


def _only(sections: Sections, known: tuple[str, ...], name: str) -> None:
    for title in sections:
        if title not in known:
            raise Damaged(f"{name} [{title}]: no such section")


def _access(key: str, value: str) -> str:
    return ASKED if value == ASKED else _target(value, f"ccs.ini [access] {key}")


def _target(value: str, where: str) -> str:
    if value and not _TARGET.fullmatch(value):
        raise Damaged(f"{where}: {value[:40]!r} is no target; expected queue:, seat:, service: or number:")
    return value


def _digits(value: str, section: str) -> str:
    if not _DIGITS.fullmatch(value):
        raise Damaged(f"ccs.ini [{section}]: {value[:40]!r} is no number")
    return value


def _whole(value: str, allowed: range, where: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) in allowed):
        raise Damaged(f"{where}: {value[:40]!r}; expected {allowed.start}..{allowed.stop - 1}")
    return int(value)


def _size(value: str, where: str) -> int:
    return _whole(value, range(100_000), where)


def _cycles(value: str, where: str) -> int:
    try:
        cycles = parse_duration(value)
    except ValueError as error:
        raise Damaged(f"{where}: {value[:40]!r} is no duration; expected as 20s") from error
    if cycles > MOST_CYCLES:
        raise Damaged(f"{where}: {value[:40]!r}; at most a day")
    return cycles


def _choice(*words: str) -> Callable[[str, str], str]:
    def chosen(value: str, where: str) -> str:
        if value not in words:
            raise Damaged(f"{where}: {value[:40]!r}; expected {' or '.join(words)}")
        return value

    return chosen


_KEYS: Final[dict[str, Callable[[str, str], Any]]] = {
    "strategy": _choice(*STRATEGIES),
    "ring": _cycles,
    "size": _size,
    "overflow_after": _cycles,
    "overflow_to": _target,
    "when_empty": _choice("wait", "overflow"),
}
