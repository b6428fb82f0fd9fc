"""Two exchanges joined by hand: what one sends waits in a queue until the test lets it through, timers run on order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, TypeVar

from switchsim.proto.isup import Cpc, Isup, IsupConfig, IsupState, SetupRequest
from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import Action, SendMsu, StartTimer, StopTimer
from switchsim.proto.isup.codec import DecodeError, Message, decode, encode
from switchsim.proto.isup.messages import MessageType as M

CIRCUITS = (*range(1, 16), *range(17, 32))
CALL = SetupRequest("10000", calling="13800138000")
CHECKED = SetupRequest("10000", continuity=True)
IAM = ((6, b"\x00"), (7, b"\x20\x01"), (9, b"\x0a"), (2, b"\x00"), (4, b"\x03\x10\x01\x00"))
BAD = (p.CONTINUITY.code, b"\x00")
ACM = (M.ACM, ((p.BACKWARD_CALL.code, b"\x16\x14"),))
ANM: tuple[M, tuple[tuple[int, bytes], ...]] = (M.ANM, ())
SUS = (M.SUS, ((p.SUSPEND_RESUME.code, b"\x01"),))
T = TypeVar("T")


class Exchange:
    """One side: what it sent, reported, and which timers run (name -> cycle of expiry)."""

    def __init__(self, own: int, peer: int, circuits: tuple[int, ...] = CIRCUITS, **options: Any) -> None:
        self.state = IsupState()
        self.isup = Isup(self.state, IsupConfig(own, peer, circuits, **options))
        self.sent: deque[bytes] = deque()
        self.seen: list[Action] = []
        self.timers: dict[str, int] = {}
        self.now = 0

    def do(self, actions: Iterable[Action]) -> Exchange:
        for action in actions:
            if isinstance(action, SendMsu):
                assert action.sls == action.data[0] & 15
                self.sent.append(action.data)
            elif isinstance(action, StartTimer):
                self.timers[action.name] = self.now + action.cycles
            elif isinstance(action, StopTimer):
                assert action.name in self.timers, f"{action.name} is stopped and does not run"
                del self.timers[action.name]
            else:
                self.seen.append(action)
        return self

    def setup(self, request: SetupRequest = CALL, cic: int | None = None) -> int | None:
        found, actions = self.isup.setup(request, cic)
        self.do(actions)
        return found

    def hear(self, kind: M, cic: int = 1, *parameters: tuple[int, bytes]) -> Exchange:
        """Take a message of the peer."""
        return self.do(self.isup.receive(encode(Message(cic, kind, list(parameters)))))

    def expire(self, name: str) -> Exchange:
        """A timer runs out; it must be running."""
        self.now = max(self.now, self.timers.pop(name))
        return self.do(self.isup.timer(name))

    def idle(self) -> int:
        """How many circuits are."""
        return sum(circuit.cpc is Cpc.IDLE for circuit in self.state.circuits.values())

    def said(self) -> str:
        """Names of the messages sent since the last look."""
        return " ".join(M(message.type).name for message in self.messages())

    def messages(self) -> list[Message]:
        found = []
        while self.sent:
            message = decode(self.sent.popleft())
            assert not isinstance(message, DecodeError)
            found.append(message)
        return found

    def told(self, kind: type[T]) -> list[T]:
        """Reports of one kind since the last look; the others stay."""
        found = [action for action in self.seen if isinstance(action, kind)]
        self.seen = [action for action in self.seen if not isinstance(action, kind)]
        return found

    def cpc(self, cic: int = 1) -> str:
        return self.state.circuits[cic].cpc.name


def joined(**options: Any) -> tuple[Exchange, Exchange]:
    """Point codes 1 and 2: the second controls the even circuits."""
    return Exchange(1, 2, **options), Exchange(2, 1, **options)


def run(one: Exchange, other: Exchange) -> None:
    """Carry messages over until none is left."""
    while one.sent or other.sent:
        while one.sent:
            other.do(other.isup.receive(one.sent.popleft()))
        while other.sent:
            one.do(one.isup.receive(other.sent.popleft()))


def talking(one: Exchange, other: Exchange, cic: int = 1) -> None:
    """A call set up by `one` and answered."""
    assert one.setup(cic=cic) == cic
    run(one, other)
    other.do(other.isup.address_complete(cic))
    run(one, other)
    other.do(other.isup.answer(cic))
    run(one, other)
    assert (one.cpc(cic), other.cpc(cic)) == ("O_ANSWERED", "I_ANSWERED")
    one.seen.clear()
    other.seen.clear()


def outgoing(side: Exchange, *messages: tuple[M, tuple[tuple[int, bytes], ...]]) -> None:
    side.setup(SetupRequest("1", complete=False), 1)
    for kind, parameters in messages:
        side.hear(kind, 1, *parameters)


def incoming(side: Exchange, *requests: str) -> None:
    side.hear(M.IAM, 1, *IAM)
    for request in requests:
        side.do(getattr(side.isup, request)(1))


def reach(state: Cpc) -> Exchange:
    """Circuit 1 in that state, by what really leads there."""
    side = Exchange(2, 1)
    if state is Cpc.O_CHECK:
        side.setup(SetupRequest("1", complete=False, continuity=True), 1)
    elif Cpc.O_WAIT_ACM <= state <= Cpc.O_SUSPENDED:
        outgoing(side, *(ACM, ANM, SUS)[: state - Cpc.O_WAIT_ACM])
    elif state is Cpc.O_OVERLOAD:
        outgoing(side, (M.OLM, ()))
    elif state is Cpc.I_CHECK:
        side.hear(M.IAM, 1, (6, b"\x04"), *IAM[1:])
    elif Cpc.I_WAIT_ACM <= state <= Cpc.I_SUSPENDED:
        incoming(side, *("address_complete", "answer")[: state - Cpc.I_WAIT_ACM])
        if state is Cpc.I_SUSPENDED:
            side.hear(SUS[0], 1, *SUS[1])
    elif state is Cpc.WAIT_RLC:
        incoming(side, "release")
    elif state is Cpc.RESET:
        side.do(side.isup.reset(1))
    elif state is Cpc.GROUP_RESET:
        side.do(side.isup.reset_group([1, 2]))
    elif state in (Cpc.O_FAILED, Cpc.O_RECHECK):
        side.setup(CHECKED, 1)
        side.expire("t24/1")
        if state is Cpc.O_RECHECK:
            side.expire("t25/1")
    elif state in (Cpc.I_FAILED, Cpc.I_RECHECK):
        side.hear(M.CCR)
        if state is Cpc.I_FAILED:
            side.hear(M.COT, 1, BAD)
    assert side.state.circuits[1].cpc is state
    side.sent.clear()
    side.seen.clear()
    return side
