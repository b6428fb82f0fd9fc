"""A bench: the signalling point under test over its links, the tester at their far ends, timers, everything logged."""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from switchsim.conformance.q782.layouts import OWN, Layout
from switchsim.conformance.q782.octets import Message, Values, compose, read
from switchsim.conformance.verdict import LogLine
from switchsim.proto import mtp3

TRANSFERS: Final = ("TFP", "TFR", "TFA")
_STATUS: Final = {"congestion": "CONGESTION", "user_unknown": "USER-UNKNOWN", "user_unequipped": "USER-UNEQUIPPED",
                  "user_inaccessible": "USER-INACCESSIBLE"}


class Seen(NamedTuple):
    """A message that came from the implementation under test."""

    at: int
    link: int
    message: Message


class Told(NamedTuple):
    """What users or management were told."""

    at: int
    word: str
    values: Values


class Bench(ABC):
    """`seen` by link and `told` are for the run; what both ends know of a link's sequence numbers is counted here."""

    def __init__(self, point: mtp3.Mtp3, layout: Layout) -> None:
        self.point = point
        self.layout = layout
        self.variant = point.config.variant
        self.now = 0
        self.links = layout.links()
        self.seen: dict[int, deque[Seen]] = {link: deque() for link in self.links}
        self.told: list[Told] = []
        self.log: list[LogLine] = []
        self.timers: dict[str, int] = {}
        self.sent = dict.fromkeys(self.links, 127)  # FSN of the tester's last message
        self.got = dict.fromkeys(self.links, 127)  # FSN of the last message that the tester got
        self.patterns: dict[int, bytes] = {}  # of the last SLTM that came on a link
        self.codes: dict[tuple[int, int], int] = {}  # (link, link to be restored) -> code of the last CBD
        self.answers_tests = False
        self.overlooked: list[str] = []
        self.congested: dict[int, int] = {}
        self.news = 0
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    # -- the tester ----------------------------------------------------------------------------------------------------

    def send(self, link: int, octets: bytes, text: str) -> None:
        """A message of the tester."""
        self.note("<", octets, f"{link} {text}")
        self.sent[link] = (self.sent[link] + 1) & 127
        self.transmit(link, octets)

    def came_up(self, link: int) -> None:
        """The tester's end of a link is in service: sequence numbers begin anew."""
        self.sent[link] = self.got[link] = 127

    def arrived(self, link: int, octets: bytes) -> None:
        """A message of the implementation under test."""
        self.got[link] = (self.got[link] + 1) & 127
        message = read(octets, self.variant)
        self.note(">", octets, f"{link} {message}")
        if message.name == "SLTM":
            self.patterns[link] = message.pattern
            if self.answers_tests:
                self.later(0, lambda: self._answer_test(link, message))
                return
        if message.name == "CBD":
            self.codes[link, self.layout.by_slc(message.dpc, message.sls)] = message.values["CODE"]
        if message.name not in self.overlooked:
            self.seen[link].append(Seen(self.now, link, message))
            self.news += 1

    def overlook(self, names: Iterable[str], on: bool) -> None:
        """Messages with these names are of no interest, also those that came already; or they are again."""
        self.overlooked = [name for name in self.overlooked if name not in names] + (list(names) if on else [])
        for link, queue in self.seen.items():
            self.seen[link] = deque(seen for seen in queue if seen.message.name not in self.overlooked)

    def _answer_test(self, link: int, test: Message) -> None:
        octets = compose("SLTA", {}, test.opc, test.dpc, test.sls, self.variant, test.pattern)
        self.send(link, octets, str(read(octets, self.variant)))

    # -- the implementation under test ---------------------------------------------------------------------------------

    def order(self, text: str, actions: Callable[[], Iterable[Any]]) -> None:
        """An order of management or of a user."""
        self.note("!", b"", text)
        self.do(actions())

    def do(self, actions: Iterable[Any]) -> None:
        """Carry out what level 3 asks for."""
        for action in actions:
            if isinstance(action, mtp3.SendMsu):
                self.pass_on(action.link, action.octets)
            elif isinstance(action, mtp3.Level2):
                self.order_level2(action.link, action.order, action.value)
            elif isinstance(action, mtp3.StartTimer):
                self.timers[action.name] = self.now + action.cycles
            elif isinstance(action, mtp3.StopTimer):
                self.timers.pop(action.name, None)
            else:
                self._tell(action)

    def _tell(self, action: Any) -> None:
        if isinstance(action, mtp3.LinkState):
            self._told("LINK", {"ON": action.link, action.state: 1})
        elif isinstance(action, mtp3.Pause | mtp3.Resume):
            self._told(type(action).__name__.upper(), {"DEST": action.dpc})
        elif isinstance(action, mtp3.Status):
            more = {"LEVEL": action.level} if action.cause == "congestion" else {"SI": action.si}
            self._told(_STATUS[action.cause], {"DEST": action.dpc, **more})
        elif isinstance(action, mtp3.InhibitResult):
            self._told(action.result.upper().replace("_", "-"), {"ON": action.link})
        elif isinstance(action, mtp3.Deliver):
            right = action.dpc == OWN and len(action.data) == 8
            self._told("DELIVER", {"SLS": action.sls, "FROM": action.opc, "SI": action.si,
                                   "DATA": int.from_bytes(action.data[1:3], "big") if right else -1})

    def _told(self, word: str, values: Values) -> None:
        self.note("?", b"", " ".join([word, *(f"{key}={value}" for key, value in values.items())]))
        self.told.append(Told(self.now, word, values))
        self.news += 1

    # -- the level 2 of both ends --------------------------------------------------------------------------------------

    @abstractmethod
    def transmit(self, link: int, octets: bytes) -> None:
        """The tester's message to its level 2."""

    @abstractmethod
    def pass_on(self, link: int, octets: bytes) -> None:
        """A message of the implementation under test to its level 2."""

    @abstractmethod
    def order_level2(self, link: int, order: str, value: int) -> None:
        """An order to the level 2 of the implementation under test."""

    @abstractmethod
    def line(self, link: int, whole: bool) -> None:
        """Break the line, or mend it."""

    @abstractmethod
    def hold(self, link: int, on: bool) -> None:
        """The tester's level 2 stays out of service, once it is; or comes up again."""

    @abstractmethod
    def stop(self, link: int) -> None:
        """The tester's level 2 goes out of service (and comes up again unless held)."""

    @abstractmethod
    def outage(self, link: int, ours: bool, on: bool) -> None:
        """Processor outage of the tester, or of the implementation under test (ours)."""

    @abstractmethod
    def unreadable(self, link: int) -> None:
        """The last accepted FSN of this link can not be read any more."""

    @abstractmethod
    def run(self, until: int) -> None:
        """Let time pass to `until`, or to the next event of level 2."""

    # -- time ----------------------------------------------------------------------------------------------------------

    def note(self, sort: str, octets: bytes, text: str) -> None:
        self.log.append(LogLine(self.now, sort, octets, text))

    def later(self, cycles: int, act: Callable[[], None]) -> None:
        """Do something after so long."""
        self._count += 1
        heapq.heappush(self._heap, (self.now + cycles, self._count, act))

    def advance(self, until: int) -> None:
        """Run to `until`, or until something was seen or told."""
        before = self.news
        while self.news == before:
            if self._heap and self._heap[0][0] <= self.now:
                heapq.heappop(self._heap)[2]()
                continue
            due, name = min(((at, name) for name, at in self.timers.items()), default=(until + 1, ""))
            if due <= self.now:
                del self.timers[name]
                self.expired(name)
                continue
            if self.now >= until:
                return
            self.run(min([until, due, *(self._heap[0][:1] if self._heap else ())]))

    def expired(self, name: str) -> None:
        """A timer of level 3."""
        self.do(self.point.timer(name))
