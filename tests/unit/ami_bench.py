"""An AMI server on a bench: a host with timers, a switch that says what the test says, clients that read blocks."""

from __future__ import annotations

from typing import Any

from switchsim.callcentre.ami import Ami, AmiConfig
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiEvent,
    CallBegan,
    CallEnded,
    LegChanged,
    MemberChanged,
    Ordered,
    QueueEntered,
    QueueLeft,
    SeatCalled,
    SeatCallEnded,
    SeatChanged,
    SeatServed,
    Told,
    Wanted,
)
from switchsim.model.event import Event
from switchsim.model.message import Message
from switchsim.model.order import Order, Outside
from switchsim.model.outside import Out, pack_in, pack_verified, unpack_out, unpack_verify
from switchsim.model.platform import CtiUp, Heartbeat, Letter, Registered
from switchsim.units import seconds

Answer = dict[str, str]


class BenchHost:
    """The kernel's part of `Host`, for one part alone."""

    def __init__(self) -> None:
        self.now = 0
        self.events: list[Event] = []
        self.letters: list[Any] = []
        self.timers: dict[str, int] = {}
        self.draws = 0

    def emit(self, place: str, event: Event) -> None:
        self.events.append(event)

    def send(self, place: str, port: str, message: Message) -> bool:
        assert isinstance(message, Letter)
        self.letters.append(message.body)
        return True

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        self.timers[name] = self.now + cycles

    def stop_timer(self, place: str, name: str) -> None:
        self.timers.pop(name, None)

    def timers_of(self, place: str) -> list[str]:
        return list(self.timers)

    def draw(self, stream: str) -> int:
        self.draws += 1
        return 1_234_567_890_123 + self.draws


class Bench:
    """The server with queue `sales`, seats 1001 and 1002 (members, idle) and 1003 (idle, in no queue)."""

    def __init__(self, auth: bool = False, up: bool = True, config: AmiConfig | None = None) -> None:
        self.host = BenchHost()
        self.ami = Ami("callcentre/ami", self.host, config or AmiConfig(auth))
        self.serial = 0
        self.orders: list[Wanted] = []
        self.raw: dict[int, bytes] = {}
        self.closed: list[int] = []
        self.clients = 0
        self.link_lives = True
        self.ami.start()
        if up:
            self.link(True)
            self.everything(SEATS)

    # -- the switch ----------------------------------------------------------------------------------------------

    def link(self, up: bool) -> None:
        self.letter(Registered())
        self.letter(CtiUp(up))

    def letter(self, body: Any) -> None:
        self.ami.on_message("comm", Letter("ami", "cti_link", body))
        self._collect()

    def tell(self, *events: AnyCtiEvent) -> None:
        for event in events:
            self.serial = 1 if isinstance(event, AllBegins) else self.serial + 1
            self.letter(Told(self.serial, self.host.now, event))

    def everything(self, events: list[AnyCtiEvent]) -> None:
        self.tell(AllBegins("ami"), *events, AllTold("ami"))

    def answer(self, result: str = "ok", call: int = 0) -> Wanted:
        """The switch answers the oldest order that it has."""
        wanted = self.orders.pop(0)
        self.tell(Ordered("ami", wanted.order, result, call))
        return wanted

    def _collect(self) -> None:
        self.orders += [body for body in self.host.letters if isinstance(body, Wanted) and body.order]
        self.host.letters.clear()
        for item in self.ami.take_outbox():
            what, client, payload = unpack_out(item)
            if what == Out.DATA:
                self.raw[client] = self.raw.get(client, b"") + payload
            elif what == Out.CLOSE:
                self.closed.append(client)
            elif what == Out.VERIFY:
                asked = unpack_verify(payload)
                self.asked = asked
                good = asked.user == "ccs" and asked.kind == "plain" and asked.key == "1"
                self.order("verified", 0, pack_verified(asked.request, good))

    # -- time, clients -------------------------------------------------------------------------------------------

    def wait(self, cycles: int) -> None:
        """Simulated time goes on; timers fire in the order in which they are due. CTI-LINK beats while it lives."""
        while cycles > seconds(1) and self.link_lives:
            self._wait(seconds(1))
            self.letter(Heartbeat("", 0))
            cycles -= seconds(1)
        self._wait(cycles)

    def _wait(self, cycles: int) -> None:
        end = self.host.now + cycles
        while due := [(when, name) for name, when in self.host.timers.items() if when <= end]:
            when, name = min(due)
            self.host.now = max(self.host.now, when)
            del self.host.timers[name]
            self.ami.on_timer(name)
            self._collect()
        self.host.now = end

    def order(self, what: str, client: int, payload: bytes = b"") -> None:
        order: Order = Outside("ami", what, pack_in(client, payload))
        self.ami.on_order(order)
        self._collect()

    def connect(self) -> int:
        self.clients += 1
        self.raw[self.clients] = b""
        self.order("attached", self.clients)
        return self.clients

    def say(self, client: int, octets: bytes) -> None:
        self.order("data", client, octets)

    def act(self, client: int, action: str, *lines: str) -> None:
        """Send an action; each line as `Key: Value`."""
        text = "\r\n".join([f"Action: {action}", *lines, "", ""])
        self.say(client, text.encode())

    def read(self, client: int) -> list[Answer]:
        """Blocks that have come since the last time; of a key that repeats, its values with `|` between."""
        octets, self.raw[client] = self.raw[client], b""
        return parsed(octets)

    def logged_in(self, *lines: str) -> int:
        """A client that has logged in and has read everything so far."""
        client = self.connect()
        self.act(client, "Login", "Username: ccs", "Secret: x", *lines)
        self.raw[client] = b""
        return client

    def names(self, client: int) -> list[str]:
        """Names of the events and responses read."""
        return [one.get("Event", one.get("Response", "")) for one in self.read(client)]

    def journal(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.host.events if isinstance(event, kind)]


def parsed(octets: bytes) -> list[Answer]:
    text = octets.decode()
    assert text == "" or text.endswith("\r\n")
    found = []
    for block in text.split("\r\n\r\n"):
        answer: Answer = {}
        for line in [line for line in block.split("\r\n") if line and not line.startswith("Asterisk Call Manager/")]:
            key, _, value = line.partition(": ")
            answer[key] = f"{answer[key]}|{value}" if key in answer else value
        if answer:
            found.append(answer)
    return found


SEATS: list[AnyCtiEvent] = [
    SeatChanged("1001", "idle", 0, "", "", 0),
    SeatChanged("1002", "idle", 0, "", "", 0),
    SeatChanged("1003", "idle", 0, "", "", 0),
    MemberChanged("sales", "1001", True, 0, True),
    MemberChanged("sales", "1002", True, 5, True),
]


def call_arrives(bench: Bench, call: int = 1, leg: int = 1, position: int = 1) -> None:
    """A trunk call comes and waits in the queue."""
    bench.tell(
        CallBegan(call, "in", f"138{call:04d}", "10000", "10000", bench.host.now),
        LegChanged(call, leg, f"E1/e1-0/{leg}", "a", "initiated", 0, (), 0),
        LegChanged(call, leg, f"E1/e1-0/{leg}", "a", "queued", 0, (), 0),
        QueueEntered(call, leg, "sales", position, position, bench.host.now, True),
    )


def seat_rings(bench: Bench, call: int = 1, leg: int = 2, seat: str = "1001") -> None:
    """The order of the reference firmware: called, then the leg, then the seat."""
    bench.tell(
        SeatCalled(call, leg, "sales", seat, 0),
        LegChanged(call, leg, f"SEAT/{seat}", "b", "alerting", 0, (), 0),
        SeatChanged(seat, "ringing", call, "", "", 0),
    )


def seat_answers(bench: Bench, call: int = 1, a: int = 1, b: int = 2, seat: str = "1001") -> None:
    now = bench.host.now or 1
    bench.tell(
        LegChanged(call, a, f"E1/e1-0/{a}", "a", "connected", 0, (b,), now),
        LegChanged(call, b, f"SEAT/{seat}", "b", "connected", 0, (a,), now),
        SeatCallEnded(call, b, "sales", seat, "answered", seconds(3)),
        QueueLeft(call, a, "sales", 1, 0, "seat", seconds(5)),
        SeatChanged(seat, "talk", call, "", "", 0),
    )


def caller_leaves(bench: Bench, call: int = 1, a: int = 1, b: int = 2, seat: str = "1001") -> None:
    bench.tell(
        SeatServed(call, b, "sales", seat, "caller", seconds(5), seconds(60)),
        LegChanged(call, a, f"E1/e1-0/{a}", "a", "null", 16, (), 0),
        LegChanged(call, b, f"SEAT/{seat}", "b", "null", 16, (), 0),
        CallEnded(call, 16, "caller", "sales", seat, 0, 0, 0, bench.host.now),
        SeatChanged(seat, "idle", 0, "", "", bench.host.now),
    )
