"""Somebody at the platform's end of the CTI link: hears all that the switch tells, and orders what a test says."""

from __future__ import annotations

from typing import Any

import msgspec
from office_bench import STEP, Bench

from switchsim.assembly.people import AgentWanted
from switchsim.callcentre.view import SwitchView, take
from switchsim.model.cti import AllBegins, AllTold, AnyCtiEvent, AnyCtiOrder, Ordered, TellAll, Told, Wanted
from switchsim.units import ms, seconds

SERVER = "callcentre/cti_server"


class CtiBench(Bench):
    """`told`: all that came, in order; `view`: what follows from it."""

    def __init__(self, *people: AgentWanted, machine: str = "cti_office", listen: bool = True, **more: Any) -> None:
        super().__init__(*people, machine=machine, **more)
        self.told: list[Told] = []
        self.arrived: list[int] = []
        self.view = SwitchView()
        self.orders = 0
        self.before: dict[str, Any] = {}
        self.tap()
        if listen:
            self.listen()

    def tap(self) -> None:
        server = self.machine.part(SERVER)
        other = server.other

        def tapped(port: str, message: Any) -> None:
            if isinstance(message, Told):
                self._hear(message)
            else:
                other(port, message)

        server.other = tapped

    def _hear(self, told: Told) -> None:
        gap = self.told and told.serial != self.told[-1].serial + 1
        assert not gap, f"{self.told[-1]} and then {told}"
        self.told.append(told)
        self.arrived.append(self.now)
        if isinstance(told.event, AllBegins):
            self.before = facts(self.view)
        assert take(self.view, told)

    # -- orders --------------------------------------------------------------------------------------------------

    def ask(self, body: AnyCtiOrder, sender: str = "test") -> int:
        """Order something; its answer comes later."""
        self.orders += 1
        self.machine.part(SERVER).send("ethernet", Wanted(sender, self.orders, body))
        return self.orders

    def answer(self, order: int, within: int = seconds(1)) -> Ordered:
        """The answer to an order."""
        end = self.now + within
        while True:
            found = [event for event in self.heard("Ordered") if event.order == order]
            if found:
                assert len(found) == 1, found
                return found[0]
            if self.now >= end:
                raise AssertionError(f"order {order} was not answered\n{self.story()}")
            self.run(STEP)

    def want(self, body: AnyCtiOrder) -> str:
        """Order something and wait for the result."""
        return self.answer(self.ask(body)).result

    def listen(self) -> None:
        assert self.want(TellAll()) == "ok"

    # -- what was told -------------------------------------------------------------------------------------------

    def heard(self, *kinds: str, since: int = 0) -> list[Any]:
        """Events of these kinds (all, if none is named) from that place in `told` on."""
        events = [told.event for told in self.told[since:]]
        return [event for event in events if not kinds or type(event).__name__ in kinds]

    def until(self, kind: str, within: int = seconds(3), *, since: int = 0, **fields: Any) -> Any:
        """The first event of that kind with these fields."""
        end = self.now + within
        while True:
            for event in self.heard(kind, since=since):
                if all(getattr(event, name) == value for name, value in fields.items()):
                    return event
            if self.now >= end:
                raise AssertionError(f"no {kind} {fields}\n{self.story()}")
            self.run(STEP)

    def story(self, since: int = 0) -> str:
        return "\n".join(f"{told.serial} {told.at} {told.event}" for told in self.told[since:][-60:])

    def brief(self, call: int, since: int = 0) -> list[str]:
        """What was told of one call, in words: `leg b connected`, `QueueLeft seat`."""
        return [brief(event) for event in self.heard(since=since) if getattr(event, "call", 0) == call]

    def call_number(self) -> int:
        """Of the call that began last; one that was just placed has reached the switch."""
        self.run(ms(40))
        return int(self.heard("CallBegan")[-1].call)

    def legs(self, call: int) -> dict[str, str]:
        """Device -> state, of a call now."""
        legs = (self.view.legs[number] for number in self.view.calls[call].legs)
        return {leg.device: leg.state for leg in legs}

    # -- the same, told anew -------------------------------------------------------------------------------------

    def same_anew(self) -> None:
        """What somebody knows who has just come is what was known here before he asked."""
        since = len(self.told)
        self.listen()
        anew = facts(rebuilt([told.event for told in self.told[since:]]))
        assert anew == self.before, differing(anew, self.before)


def rebuilt(events: list[AnyCtiEvent]) -> SwitchView:
    """The view after AllBegins .. AllTold."""
    begins = next(at for at, event in enumerate(events) if isinstance(event, AllBegins))
    end = next(at for at, event in enumerate(events) if isinstance(event, AllTold))
    view = SwitchView()
    for serial, event in enumerate(events[begins : end + 1], 1):
        assert take(view, Told(serial, 0, event))
    assert view.complete
    return view


def facts(view: SwitchView) -> dict[str, Any]:
    """What is so now, without history: what was counted, and since when."""
    calls = {
        number: {**_fields(call), "last_queue": "", "flow": "", "entered": call.queue and call.entered,
                 "waiting_leg": call.queue and call.waiting_leg, "own": not call.queue or call.own,
                 "legs": sorted(call.legs)}
        for number, call in view.calls.items()
    }  # fmt: skip
    legs = {number: {**_fields(leg), "since": 0, "began": 0} for number, leg in view.legs.items()}
    seats = {number: {**_fields(seat), "since": 0} for number, seat in view.seats.items()}
    queues = {
        name: (queue.members, sorted({*queue.static} & {*queue.members}), queue.waiting)
        for name, queue in view.queues.items()
        if queue.members or queue.waiting
    }
    return {"calls": calls, "legs": legs, "seats": seats, "queues": queues}


def differing(anew: dict[str, Any], before: dict[str, Any]) -> list[Any]:
    """What is not alike, for people."""
    keys = [(what, key) for what in anew for key in {**anew[what], **before[what]}]
    pairs = [(what, key, anew[what].get(key), before[what].get(key)) for what, key in keys]
    return [f"{what} {key}: anew {now}, before {was}" for what, key, now, was in pairs if now != was]


def _fields(row: Any) -> dict[str, Any]:
    return {str(name): value for name, value in msgspec.structs.asdict(row).items()}


def brief(event: Any) -> str:
    match type(event).__name__:
        case "LegChanged":
            return f"{event.device.partition('/')[0]} {event.state}"
        case "QueueLeft" | "SeatCallEnded" | "SeatServed":
            return f"{type(event).__name__} {event.why}"
        case "CallsJoined":
            return f"CallsJoined {event.how}"
        case name:
            return name
