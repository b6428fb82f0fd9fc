"""The bench `machine`: a whole machine, and the tester as the far end of its signalling link.

What the tester sends passes level 3 and level 2 of the tester, the line, the signalling board, the bus and the main
processor, and back. The machine's users answer, hold and clear calls themselves.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from switchsim.assembly import build
from switchsim.assembly.built import Machine
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.shipped import folder
from switchsim.conformance.q784.bench import USUAL_CALLED, USUAL_CALLING, Seen, Told
from switchsim.conformance.q784.messages import USUAL_CIC, Values
from switchsim.conformance.q784.octets import read
from switchsim.conformance.q784.peer import Peer
from switchsim.conformance.verdict import LogLine
from switchsim.model.event import Event
from switchsim.model.events import Destination, ProcessorActive
from switchsim.model.order import Act, Outside
from switchsim.units import ms, seconds

MACHINE: Final = "one_e1_ss7"
LINK: Final = ("e1-0", 16, "ss7")
START: Final = seconds(120)
HOLD: Final = seconds(3)
_SETUP: Final[list[Values]] = [{}, {"CALLED": int(USUAL_CALLED)}]
_ITS_OWN: Final[list[tuple[str, Values]]] = [
    ("ADDRESS-COMPLETE", {"STATUS": 0, "in-band": 1}), ("ANSWER", {}),
    ("RELEASE", {"CAUSE": 16}), ("RELEASE", {"CAUSE": 1}),
]  # fmt: skip
"""What the machine's calls ask ISUP for, unasked: a queue answers, an agent takes the call and hangs up after 3 s; a
number that there is not is refused."""


def obstacle(order: str, values: Values) -> str:
    """Why a machine can not be told this; empty when it can, or does it itself."""
    values = {key: value for key, value in values.items() if (key, value) != ("CIC", USUAL_CIC)}
    if order == "SETUP" and (values in _SETUP or "again" in values):
        return ""
    if (order, values) in _ITS_OWN:
        return ""
    said = " ".join(f"{key}={value}" if key.isupper() else key for key, value in values.items())
    return f"nobody at the machine orders {order} {said}".rstrip()


class MachineBench:
    """The shipped machine with one line, its link up and its circuits idle."""

    answers_itself = True
    patience = seconds(6)
    tolerance = ms(20)

    def __init__(self, agents: tuple[AgentWanted, ...] = ()) -> None:
        self.seen: deque[Seen] = deque()
        self.told: deque[Told] = deque()
        self.log: list[LogLine] = []
        self.processor = ""
        self.in_reach = False
        self.peer = Peer(own_point=2, machines_point=1)
        self.machine: Machine = build(
            folder("boards") / "machines" / f"{MACHINE}.yaml", seed=1, agents=agents, attached=[LINK],
            journal_sink=lambda octets: None)  # fmt: skip
        self.place = self.machine.places[0]
        self.machine.kernel.observers.append(self._observe)
        self.machine.kernel.leave = self.machine.has_sent
        self.machine.power_on()
        self._tell("attached")
        self.peer.power_on()
        self._start()

    @property
    def now(self) -> int:
        return self.machine.kernel.now

    def order(self, name: str, values: Values) -> None:
        """A call of the machine's console; all else the machine does itself."""
        self.log.append(LogLine(self.now, "!", b"", name))
        if name == "SETUP" and "again" not in values:
            self.machine.order(self.now, self.processor, Act("dial", {
                "line": LINK[0], "number": USUAL_CALLED, "calling": USUAL_CALLING, "hold_cycles": HOLD}))  # fmt: skip

    def send(self, octets: bytes) -> None:
        """A message from the tester."""
        self.log.append(LogLine(self.now, "<", octets, str(read(octets))))
        self.peer.now = self.now
        self.peer.send(octets[0] & 15, octets)

    def advance(self, until: int) -> None:
        """Run to `until`, or until a message was seen."""
        before = len(self.seen)
        while self.now < until and len(self.seen) == before:
            self.peer.pass_to(self.now)
            while self.peer.units:
                self._tell("data", self.peer.units.popleft())
            self.machine.run(max(self.peer.next_due(until), self.now + 1))
            self.peer.now = self.now
            for _, octets in self.machine.take_sent():
                self.peer.hear(octets)
            while self.peer.messages:
                self._came(*self.peer.messages.popleft())

    # -- inside --------------------------------------------------------------------------------------------------

    def _came(self, sls: int, octets: bytes) -> None:
        message = read(octets)
        if sls != message.cic & 15:
            message = message._replace(wrong=f"signalling link selection {sls}")
        self.log.append(LogLine(self.now, ">", octets, str(message)))
        self.seen.append(Seen(self.now, message))

    def _tell(self, what: str, octets: bytes = b"") -> None:
        self.machine.order(self.now, self.place, Outside("tester", what, octets))

    def _observe(self, now: int, place: str, event: Event) -> None:
        if isinstance(event, ProcessorActive):
            self.processor = place
        elif isinstance(event, Destination) and event.state == "resume":
            self.in_reach = True

    def _start(self) -> None:
        """Until both ends know that the other can be reached."""
        while not (self.peer.reachable and self.in_reach):
            assert self.now < START, "the signalling link of the machine did not come up"
            self.advance(self.now + seconds(1))
