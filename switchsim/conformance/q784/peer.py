"""The tester at the far end of a machine's signalling link: level 2 and level 3 of its own, and no user part.

It is an attached program without a socket: it gets what the machine's link says, unit by unit, and says what its line
carries; a unit that repeats the one before it is told once, in both directions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from switchsim.proto import mtp2, mtp3

ISUP: Final = 5
"""Service indicator (Q.704 14.2.1)."""
NATIONAL: Final = 2
REPEATS: Final = 2
"""A LSSU or FISU that comes stands for the row of equal ones on the line; so many more count."""


class Peer:
    """`units` are what the line is to carry next, `messages` what came for the user part: (SLS, octets)."""

    def __init__(self, own_point: int, machines_point: int) -> None:
        self.machines_point = machines_point
        self.link = mtp2.Link(mtp2.LinkState(), mtp2.LinkConfig())
        self.mtp3 = mtp3.Mtp3(mtp3.Mtp3State(), mtp3.Mtp3Config(
            own_pc=own_point, ni=NATIONAL, user_parts=(ISUP,),
            link_sets=(mtp3.LinkSetConfig("machine", machines_point, (mtp3.LinkRow(0, 0),)),)))  # fmt: skip
        self.now = 0
        self.timers: dict[str, int] = {}
        self.units: deque[bytes] = deque()
        self.messages: deque[tuple[int, bytes]] = deque()
        self.reachable = False
        self._fill = b""
        self._ack = 0xFF
        self._low = False

    def power_on(self) -> None:
        """The line carries SIOS, then alignment begins."""
        self._do2(self.link.power_on())
        self._do3(self.mtp3.activate_link(0))

    def hear(self, unit: bytes) -> None:
        """A unit of the machine's link."""
        self._do2(self.link.receive(unit, REPEATS))
        self._settle()

    def send(self, sls: int, octets: bytes) -> None:
        """A message of the user part to the machine."""
        self._do3(self.mtp3.transfer(ISUP, self.machines_point, sls, octets))
        self._settle()

    def next_due(self, until: int) -> int:
        """The first cycle until then at which `pass_to` has something to do."""
        return min([until, *self.timers.values()])

    def pass_to(self, now: int) -> None:
        """Time has come to `now`."""
        self.now = now
        while due := sorted((at, name) for name, at in self.timers.items() if at <= now):
            name = due[0][1]
            del self.timers[name]
            level, _, rest = name.partition("/")
            if level == "l2":
                self._do2(self.link.timer(rest))
            else:
                self._do3(self.mtp3.timer(rest))
        self._settle()

    def _settle(self) -> None:
        """What the link handed over is on its way: it may hand over more."""
        while self._low:
            self._low = False
            self._do2(self.link.low())

    # -- level 2 -----------------------------------------------------------------------------------------------------

    def _do2(self, actions: Iterable[Any]) -> None:
        for action in actions:
            handler = _DO2.get(type(action))
            if handler is not None:
                handler(self, action)

    def _say(self, unit: bytes) -> None:
        self.units.append(bytes([self._ack]) + unit[1:])

    def _fills(self, action: mtp2.Fill) -> None:
        self._fill = action.octets
        self._say(action.octets)

    def _acknowledges(self, action: mtp2.Ack) -> None:
        self._ack = action.octet
        if self._fill:
            self._say(self._fill)

    def _hands_over(self, action: mtp2.Send) -> None:
        self._say(action.octets)

    def _notifies(self, _: mtp2.Notify) -> None:
        self._low = True

    def _asks_repeats(self, _: mtp2.CheckRepeats) -> None:
        self._do2(self.link.repeated(REPEATS))

    def _starts2(self, action: mtp2.StartTimer) -> None:
        self.timers[f"l2/{action.name}"] = self.now + action.cycles

    def _stops2(self, action: mtp2.StopTimer) -> None:
        self.timers.pop(f"l2/{action.name}", None)

    def _received(self, action: mtp2.Received) -> None:
        self._do3(self.mtp3.received(0, action.octets))

    def _in_service(self, _: mtp2.InService) -> None:
        self._do3(self.mtp3.in_service(0))

    def _out_of_service(self, action: mtp2.OutOfService) -> None:
        self.reachable = False
        self._do3(self.mtp3.out_of_service(0, action.reason))

    # -- level 3 -----------------------------------------------------------------------------------------------------

    def _do3(self, actions: Iterable[Any]) -> None:
        for action in actions:
            handler = _DO3.get(type(action))
            if handler is not None:
                handler(self, action)

    def _orders(self, action: mtp3.Level2) -> None:
        if action.order in _ORDERS:
            self._do2(_ORDERS[action.order](self.link))

    def _sends(self, action: mtp3.SendMsu) -> None:
        self._do2(self.link.send(action.octets))

    def _starts3(self, action: mtp3.StartTimer) -> None:
        self.timers[f"l3/{action.name}"] = self.now + action.cycles

    def _stops3(self, action: mtp3.StopTimer) -> None:
        self.timers.pop(f"l3/{action.name}", None)

    def _delivers(self, action: mtp3.Deliver) -> None:
        self.messages.append((action.sls, action.data))

    def _resumes(self, _: mtp3.Resume) -> None:
        self.reachable = True


_ORDERS: Final[dict[str, Callable[[mtp2.Link], Iterable[Any]]]] = {
    "start": mtp2.Link.start,
    "stop": mtp2.Link.stop,
    "emergency": mtp2.Link.emergency,
    "emergency_ceases": mtp2.Link.emergency_ceases,
}
_DO2: Final[dict[type, Callable[[Peer, Any], None]]] = {
    mtp2.Fill: Peer._fills,
    mtp2.Ack: Peer._acknowledges,
    mtp2.Send: Peer._hands_over,
    mtp2.Notify: Peer._notifies,
    mtp2.CheckRepeats: Peer._asks_repeats,
    mtp2.StartTimer: Peer._starts2,
    mtp2.StopTimer: Peer._stops2,
    mtp2.Received: Peer._received,
    mtp2.InService: Peer._in_service,
    mtp2.OutOfService: Peer._out_of_service,
}
_DO3: Final[dict[type, Callable[[Peer, Any], None]]] = {
    mtp3.Level2: Peer._orders,
    mtp3.SendMsu: Peer._sends,
    mtp3.StartTimer: Peer._starts3,
    mtp3.StopTimer: Peer._stops3,
    mtp3.Deliver: Peer._delivers,
    mtp3.Resume: Peer._resumes,
}
