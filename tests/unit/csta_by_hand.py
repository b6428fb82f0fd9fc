"""A CSTA client written from the sheet alone (struct, ElementTree), and a server between toy clock and toy switch."""

from __future__ import annotations

import struct
from typing import Any
from xml.etree import ElementTree

from switchsim.callcentre.csta import Csta, CstaConfig
from switchsim.model import cti
from switchsim.model.event import Event
from switchsim.model.order import Outside
from switchsim.model.outside import Out, pack_in, pack_verified, unpack_out, unpack_verify
from switchsim.model.platform import CtiUp, Heartbeat, Letter, Registered

ED3 = "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
SESSION = "http://www.ecma-international.org/standards/ecma-354/appl_session"
CALL, CALLER, SEAT_LEG, TRUNK = 7, 11, 12, "E1/e1-0/1"


def framed(invoke: int, document: str | bytes) -> bytes:
    octets = document.encode() if isinstance(document, str) else document
    return struct.pack(">HH4s", 0, len(octets) + 8, b"%04d" % invoke) + octets


def unframed(octets: bytes) -> list[tuple[int, bytes]]:
    """(invoke, document) of whole messages."""
    found = []
    while octets:
        kind, length, invoke = struct.unpack(">HH4s", octets[:8])
        assert kind == 0
        assert 8 <= length <= 32767
        assert length <= len(octets)
        found.append((int(invoke), octets[8:length]))
        octets = octets[length:]
    return found


class Heard:
    """One message of the server, its elements by local name."""

    def __init__(self, invoke: int, document: bytes) -> None:
        self.invoke = invoke
        self.document = document
        root = ElementTree.fromstring(document)
        self.namespace, _, self.name = root.tag.rpartition("}")
        self.namespace = self.namespace.lstrip("{")
        self.root = root

    def at(self, path: str) -> str | None:
        """Text at `a/b`, None when it is not there."""
        here: Any = self.root
        for name in path.split("/"):
            here = next((child for child in here if child.tag.rpartition("}")[2] == name), None)
            if here is None:
                return None
        return here.text or ""

    def names(self) -> list[str]:
        return [child.tag.rpartition("}")[2] for child in self.root]

    def every(self, name: str) -> list[str]:
        return [one.text or "" for one in self.root.iter() if one.tag.rpartition("}")[2] == name]

    def __repr__(self) -> str:
        return f"{self.invoke:04d} {self.document.decode()}"


class Host:
    """Time, timers and a journal."""

    def __init__(self) -> None:
        self.now = 0
        self.timers: dict[str, int] = {}
        self.journal: list[Event] = []
        self.sent: list[Letter] = []

    def emit(self, place: str, event: Event) -> None:
        self.journal.append(event)

    def send(self, place: str, port: str, message: Any) -> bool:
        self.sent.append(message)
        return True

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        self.timers[name] = self.now + max(cycles, 1)

    def stop_timer(self, place: str, name: str) -> None:
        self.timers.pop(name, None)

    def timers_of(self, place: str) -> list[str]:
        return list(self.timers)

    def draw(self, stream: str) -> int:
        return 0


class Bench:
    """A server with the switch behind it: queue `service` (seats 101, 102), seat 103; client 1 is logged in."""

    def __init__(self, *, auth: bool = True, log_in: bool = True, queues: tuple[str, ...] = ()) -> None:
        self.host = Host()
        self.csta = Csta("callcentre/csta", self.host, CstaConfig(auth=auth, queues=queues))
        self.csta.start()
        self.serial = 0
        self.invoke = 0
        self.letter(Registered())
        self.letter(CtiUp(True))
        self.everything()
        if log_in:
            self.attach()
            self.log_in()

    # -- switch --------------------------------------------------------------------------------------------------

    def letter(self, body: Any) -> None:
        self.csta.on_message("comm", Letter("csta", "cti_link", body))

    def tell(self, *events: Any) -> None:
        for event in events:
            self.serial += 1
            self.letter(cti.Told(self.serial, self.host.now, event))

    def everything(self, *more: Any) -> None:
        view = self.csta.state.switch.seats
        was = {seat: view[seat].state if seat in view else "idle" for seat in ("101", "102", "103")}
        seats = [cti.SeatChanged(seat, state, 0, "", "", 0) for seat, state in was.items()]
        members = [cti.MemberChanged("service", seat, True, 0, True) for seat in ("101", "102")]
        self.tell(cti.AllBegins("csta"), *seats, *members, *more, cti.AllTold("csta"))

    def seat(self, seat: str, state: str, after: str = "") -> None:
        self.tell(cti.SeatChanged(seat, state, CALL, after, "", 0))

    def leg(self, leg: int, device: str, state: str, call: int = CALL, cause: int = 0, role: str = "b") -> None:
        self.tell(cti.LegChanged(call, leg, device, role, state, cause, (), 0))

    def incoming(self) -> None:
        """A call of the network that waits in queue `service`."""
        self.tell(cti.CallBegan(CALL, "in", "13800138000", "10000", "10000", self.host.now))
        self.leg(CALLER, "E1/e1-0/1", "queued", role="a")
        self.tell(cti.QueueEntered(CALL, CALLER, "service", 1, 1, self.host.now, True))

    def rings(self, seat: str = "101", leg: int = SEAT_LEG) -> None:
        self.tell(cti.SeatCalled(CALL, leg, "service", seat, 0))
        self.leg(leg, f"SEAT/{seat}", "alerting")
        self.seat(seat, "ringing")

    def answers(self, seat: str = "101", leg: int = SEAT_LEG) -> None:
        self.leg(CALLER, "E1/e1-0/1", "connected", role="a")
        self.leg(leg, f"SEAT/{seat}", "connected")
        self.tell(cti.SeatCallEnded(CALL, leg, "service", seat, "answered", 0))
        self.tell(cti.QueueLeft(CALL, CALLER, "service", 1, 0, "seat", 0))
        self.seat(seat, "talk")

    def talks(self) -> None:
        self.incoming()
        self.rings()
        self.answers()
        self.heard()

    def ends(self, cause: int = 16, by: str = "caller", call: int = CALL) -> None:
        view = self.csta.state.switch
        for leg in list(view.calls[call].legs):
            self.leg(leg, view.legs[leg].device, "null", call=call, cause=cause)
        self.tell(cti.CallEnded(call, cause, by, "service", "101", 0, 0, 0, self.host.now))

    def dials(self, seat: str, number: str, call: int, leg: int) -> None:
        """A seat calls another number of the office."""
        self.tell(cti.CallBegan(call, "seat", seat, number, number, self.host.now))
        self.leg(leg, f"SEAT/{seat}", "connected", call=call, role="a")

    def consults(self) -> None:
        """101 holds its caller (call 7) and talks with 102 (call 8)."""
        self.talks()
        self.leg(SEAT_LEG, "SEAT/101", "hold")
        self.dials("101", "102", 8, 13)
        self.leg(14, "SEAT/102", "alerting", call=8)
        self.leg(14, "SEAT/102", "connected", call=8)
        self.heard()

    def wanted(self) -> list[Any]:
        """Orders that the switch got since the last time."""
        sent, self.host.sent = self.host.sent, []
        return [letter.body.body for letter in sent if isinstance(letter.body, cti.Wanted)]

    def done(self, result: str = "ok", call: int = 0) -> None:
        """The switch answers the oldest order."""
        order = next(iter(self.csta.state.waiting))
        self.tell(cti.Ordered("csta", order, result, call))

    def pass_by(self, cycles: int) -> None:
        """Time, with CTI-LINK alive."""
        end = self.host.now + cycles
        while True:
            due = min(self.host.timers.values(), default=end + 1)
            if due > end:
                break
            name = next(name for name, at in self.host.timers.items() if at == due)
            self.host.now = max(self.host.now, self.host.timers.pop(name))
            self.letter(Heartbeat("", 0))
            self.csta.on_timer(name)
        self.host.now = end

    # -- client --------------------------------------------------------------------------------------------------

    def outside(self, what: str, client: int = 1, payload: bytes = b"") -> None:
        self.csta.on_order(Outside("csta", what, pack_in(client, payload)))

    def attach(self, client: int = 1) -> None:
        self.outside("attached", client)

    def say(self, document: str | bytes, client: int = 1, invoke: int | None = None) -> int:
        self.invoke = self.invoke + 1 if invoke is None else invoke
        self.outside("data", client, framed(self.invoke, document))
        return self.invoke

    def log_in(self, client: int = 1, *, good: bool = True, body: str | None = None) -> Heard:
        self.say(body or start_session(), client)
        items = self.csta.take_outbox()
        self.csta.state.outbox = [item for item in items if unpack_out(item)[0] != Out.VERIFY]
        for what, connection, payload in map(unpack_out, items):
            if what == Out.VERIFY:
                self.outside("verified", connection, pack_verified(unpack_verify(payload).request, good))
        return self.heard(client)[-1]

    def out(self, client: int = 1) -> tuple[list[Heard], bool]:
        """(messages since the last time, closed)."""
        octets, closed = b"", False
        for what, connection, payload in map(unpack_out, self.csta.take_outbox()):
            if connection == client:
                octets += payload if what == Out.DATA else b""
                closed |= what == Out.CLOSE
        return [Heard(invoke, document) for invoke, document in unframed(octets)], closed

    def heard(self, client: int = 1) -> list[Heard]:
        return self.out(client)[0]

    def ask(self, name: str, inside: str = "", client: int = 1, namespace: str = ED3) -> Heard:
        """The answer to a request that needs no answer of the switch."""
        invoke = self.say(f'<{name} xmlns="{namespace}">{inside}</{name}>', client)
        found = [one for one in self.heard(client) if one.invoke == invoke]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def monitor(self, device: str, more: str = "") -> str:
        told = self.ask("MonitorStart", f"<monitorObject><deviceObject>{device}</deviceObject></monitorObject>{more}")
        assert told.name == "MonitorStartResponse", told
        return told.at("monitorCrossRefID") or ""

    def journal(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.host.journal if isinstance(event, kind)]


def start_session(user: str = "wallboard", version: str = ED3, duration: int = 180) -> str:
    """As clients of one maker write it: the log-in in an element of its own."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><StartApplicationSession xmlns="{SESSION}"><applicationInfo>'
        "<applicationID>test</applicationID><applicationSpecificInfo>"
        '<ns1:SessionLoginInfo xmlns:ns1="http://example.com/csta">'
        f"<ns1:userName>{user}</ns1:userName><ns1:password>*****</ns1:password></ns1:SessionLoginInfo>"
        "</applicationSpecificInfo></applicationInfo><requestedProtocolVersions>"
        f"<protocolVersion>{version}</protocolVersion></requestedProtocolVersions>"
        f"<requestedSessionDuration>{duration}</requestedSessionDuration></StartApplicationSession>"
    )


def connection(element: str, call: int, device: str) -> str:
    return f"<{element}><callID>{call}</callID><deviceID>{device}</deviceID></{element}>"


def error(heard: Heard) -> tuple[str, str]:
    """(category, value) of a negative answer."""
    assert heard.name == "CSTAErrorCode", heard
    child = heard.root[0]
    return child.tag.rpartition("}")[2], child.text or ""


def seen(heard: list[Heard], monitor: str) -> list[tuple[str, str | None, str | None]]:
    """(event, localConnectionInfo, cause) that a monitor heard."""
    return [
        (one.name.removesuffix("Event"), one.at("localConnectionInfo"), one.at("cause"))
        for one in heard
        if one.at("monitorCrossRefID") == monitor and one.invoke == 9999
    ]


def ordered(bench: Bench, name: str, inside: str, order: Any, result: str = "ok", call: int = 0) -> Any:
    """The answer to a request once the switch has taken its order."""
    bench.wanted()
    invoke = bench.say(f'<{name} xmlns="{ED3}">{inside}</{name}>')
    assert bench.wanted() == [order], bench.heard()
    assert bench.heard() == []
    bench.done(result, call)
    (told,) = bench.heard()
    assert told.invoke == invoke
    return told


def ringing() -> Bench:
    bench = Bench()
    bench.incoming()
    bench.rings()
    return bench


def talking() -> Bench:
    bench = Bench()
    bench.talks()
    return bench


def consulting() -> Bench:
    bench = Bench()
    bench.consults()
    return bench


def waiting() -> Bench:
    bench = Bench()
    bench.incoming()
    return bench
