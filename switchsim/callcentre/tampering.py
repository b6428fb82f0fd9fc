"""What a fault makes of the pieces that go to a client: rules, each a stage of the way out. Plain values, no I/O.

A piece is what an interface says in one go: a greeting, an answer, an event, a heartbeat, a request of its own, or the
close of the connection. Rules stand in the order in which they were injected; a piece passes one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from switchsim.model.order import Value
from switchsim.model.part import State

GREETING: Final = "greeting"
RESPONSE: Final = "response"
EVENT: Final = "event"
HEARTBEAT: Final = "heartbeat"
REQUEST: Final = "request"
CLOSE: Final = "close"
MOST_HELD_OCTETS: Final = 1 << 20
"""Held back of one client by one rule; who is owed more is cut off, as a client that does not read."""


class Piece(State):
    """kind: one of the above. due: cycle at which a late one goes on."""

    client: int
    kind: str
    octets: bytes = b""
    due: int = 0


class Rule(State):
    """A fault that acts on an interface.

    client: 0 = all. seen, done: pieces that fitted, and those that it acted on. met: clients that it has acted on.
    held: pieces that wait, oldest first; owed: octets of them, by client. broken: clients whose connection stands still
    from now on. ended: those of them that have gone meanwhile, with the reason.
    """

    fault: str
    point: str
    client: int
    values: dict[str, Value]
    seen: int = 0
    done: int = 0
    met: list[int] = []
    held: list[Piece] = []
    owed: dict[int, int] = {}
    broken: list[int] = []
    ended: dict[int, str] = {}

    def concerns(self, client: int) -> bool:
        """Whether it is about this client."""
        return self.client in (0, client)

    def number(self, name: str, default: int = 0) -> int:
        """A value that is a number."""
        return int(self.values.get(name, default))

    def holds(self, client: int) -> bool:
        """Whether something of that client waits."""
        return any(piece.client == client for piece in self.held)


class OutletState(State):
    """rules: fault -> rule. gone: clients that a fault cut off; nothing of them goes out or comes in any more."""

    rules: dict[str, Rule] = msgspec.field(default_factory=dict)
    gone: list[int] = []


class Outlet(Protocol):
    """What a rule can ask of the interface."""

    @property
    def now(self) -> int: ...
    def tampered(self, rule: Rule, client: int, what: str) -> None: ...
    def cut(self, client: int) -> None: ...
    def wake(self, rule: Rule, cycles: int) -> None: ...
    def stranger(self, client: int, point: str) -> bytes: ...


Handler = Callable[[Outlet, Rule, Piece], list[Piece]]
"""Returns what goes on at once."""


def _meets(rule: Rule, piece: Piece, kind: str) -> bool:
    """Whether it is this piece's turn: `skip` that fit are spared, then `count` are met (0: all)."""
    if piece.kind != kind and not (kind == "any" and piece.kind != CLOSE):
        return False
    rule.seen += 1
    count = rule.number("count")
    if rule.seen <= rule.number("skip") or (count and rule.done >= count):
        return False
    rule.done += 1
    return True


def _once(outlet: Outlet, rule: Rule, client: int, what: str) -> None:
    """Something that lasts is told once a client."""
    if client not in rule.met:
        outlet.tampered(rule, client, what)


def _abort_before(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    if not _meets(rule, piece, RESPONSE):
        return [piece]
    outlet.tampered(rule, piece.client, "closed instead of the answer")
    outlet.cut(piece.client)
    return []


def _abort_after(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    if not _meets(rule, piece, RESPONSE):
        return [piece]
    outlet.tampered(rule, piece.client, "closed behind the answer")
    rule.broken.append(piece.client)
    return [piece, Piece(piece.client, CLOSE)]


def _half_open(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    _once(outlet, rule, piece.client, "half open")
    if piece.client not in rule.broken:
        rule.broken.append(piece.client)
    return []


def _hold(outlet: Outlet, rule: Rule, piece: Piece, what: str) -> list[Piece]:
    _once(outlet, rule, piece.client, what)
    rule.held.append(piece)
    rule.owed[piece.client] = rule.owed.get(piece.client, 0) + len(piece.octets)
    if rule.owed[piece.client] > MOST_HELD_OCTETS:
        outlet.cut(piece.client)
    return []


def _stall(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    return _hold(outlet, rule, piece, "held back")


def _split(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    if not rule.held:
        outlet.wake(rule, rule.number("every"))
    return _hold(outlet, rule, piece, f"{rule.number('octets')} octets at a time")


def _coalesce(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    if not rule.held:
        outlet.wake(rule, rule.number("time"))
    return _hold(outlet, rule, piece, "gathered")


def _late(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    """A close does not overtake what is late."""
    kind = str(rule.values["kind"])
    if piece.kind == CLOSE and rule.holds(piece.client):
        piece.due = max(one.due for one in rule.held if one.client == piece.client)
    elif _meets(rule, piece, kind):
        outlet.tampered(rule, piece.client, f"{kind} late")
        piece.due = outlet.now + rule.number("time")
    else:
        return [piece]
    if not rule.held:
        outlet.wake(rule, piece.due - outlet.now)
    rule.held.append(piece)
    return []


def _duplicate(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    kind = str(rule.values["kind"])
    if not _meets(rule, piece, kind):
        return [piece]
    outlet.tampered(rule, piece.client, f"{kind} twice")
    return [piece, Piece(piece.client, piece.kind, piece.octets)]


def _reorder(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    """The first of two events waits for the second; a close lets it go."""
    waiting = next((one for one in rule.held if one.client == piece.client), None)
    if waiting is not None and piece.kind in (EVENT, CLOSE):
        rule.held.remove(waiting)
        if piece.kind == CLOSE:
            return [waiting, piece]
        outlet.tampered(rule, piece.client, "events changed places")
        return [piece, waiting]
    if waiting is None and _meets(rule, piece, EVENT):
        rule.held.append(piece)
        return []
    return [piece]


def _truncate(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    if piece.client in rule.broken:
        return []
    if not _meets(rule, piece, str(rule.values["piece"])):
        return [piece]
    outlet.tampered(rule, piece.client, f"{piece.kind} cut off")
    rule.broken.append(piece.client)
    half = Piece(piece.client, piece.kind, piece.octets[: (len(piece.octets) + 1) // 2])
    return [half, Piece(piece.client, CLOSE)] if rule.number("close") else [half]


def _heartbeat_loss(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    if not _meets(rule, piece, HEARTBEAT):
        return [piece]
    outlet.tampered(rule, piece.client, "heartbeat lost")
    return []


def _stranger(outlet: Outlet, rule: Rule, piece: Piece) -> list[Piece]:
    """Something that the interface has no reason to say, before something that it has."""
    kind = str(rule.values["kind"])
    octets = outlet.stranger(piece.client, rule.point) if piece.kind == kind else b""
    if not octets or not _meets(rule, piece, kind):
        return [piece]
    outlet.tampered(rule, piece.client, rule.point.replace("_", " "))
    return [Piece(piece.client, EVENT, octets), piece]


HANDLERS: Final[dict[str, Handler]] = {
    "abort_before": _abort_before,
    "abort_after": _abort_after,
    "half_open": _half_open,
    "stall": _stall,
    "split": _split,
    "coalesce": _coalesce,
    "late": _late,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "truncate": _truncate,
    "heartbeat_loss": _heartbeat_loss,
    "unknown_call": _stranger,
    "stray_answer": _stranger,
    "stray_hangup": _stranger,
    "clock_jump": lambda outlet, rule, piece: [piece],
}
"""By fault point."""


def through(outlet: Outlet, rules: list[Rule], pieces: list[Piece]) -> list[Piece]:
    """What is left to be sent of these pieces behind these rules, in their order."""
    for rule in rules:
        left: list[Piece] = []
        for piece in pieces:
            left += HANDLERS[rule.point](outlet, rule, piece) if rule.concerns(piece.client) else [piece]
        pieces = left
    return pieces


def due(outlet: Outlet, rule: Rule) -> list[Piece]:
    """The time of a rule has come: what goes on now; what still waits wakes it again."""
    if rule.point == "split":
        released = _next_octets(rule)
        cycles = rule.number("every")
    elif rule.point == "coalesce":
        released, rule.held, rule.owed = _joined(rule.held), [], {}
        cycles = 0
    else:
        released = [piece for piece in rule.held if piece.due <= outlet.now]
        rule.held = [piece for piece in rule.held if piece.due > outlet.now]
        cycles = min((piece.due for piece in rule.held), default=0) - outlet.now
    if rule.held:
        outlet.wake(rule, cycles)
    return released


def _next_octets(rule: Rule) -> list[Piece]:
    """Of each client that is owed something the next few octets."""
    released: list[Piece] = []
    size = rule.number("octets")
    for client in dict.fromkeys(piece.client for piece in rule.held):
        piece = next(one for one in rule.held if one.client == client)
        released.append(Piece(client, piece.kind, piece.octets[:size]))
        piece.octets = piece.octets[size:]
        rule.owed[client] -= len(released[-1].octets)
        if not piece.octets:
            rule.held.remove(piece)
    return released


def _joined(held: list[Piece]) -> list[Piece]:
    """One piece a client; a close stays behind it."""
    joined: list[Piece] = []
    for client in dict.fromkeys(piece.client for piece in held):
        own = [piece for piece in held if piece.client == client]
        joined.append(Piece(client, own[0].kind, b"".join(piece.octets for piece in own)))
        joined += [piece for piece in own if piece.kind == CLOSE]
    return joined
