"""Exchanges that speak three signallings to one machine, and what each of them heard from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from office_bench import Bench, Caller, agent

from switchsim.farend.chance import Constant
from switchsim.farend.exchange import Subscriber
from switchsim.proto import q931
from switchsim.terminals import users
from switchsim.units import ms, seconds

EXCHANGES = {"isup": "city", "tup": "town", "pri": "e1-4", "pri_network": "e1-5"}
NUMBERS = {"isup": "7001", "tup": "7002", "pri": "7003", "pri_network": "7004"}
"""Numbers that the machine sends on over lines of that signalling."""


class Far:
    """One exchange of the far end: what its protocol told it, and how its subscribers behave."""

    def __init__(self, bench: Bench, kind: str) -> None:
        self.bench, self.kind = bench, kind
        self.part = bench.machine.part(f"farend/exchange/{EXCHANGES[kind]}")
        self.told: list[Any] = []
        self.octets: list[bytes] = []  # messages as they came
        self.callers: list[int] = []  # parties that have placed a call here
        self.plain_ring = self.part._ring
        self.machine = self.part.q931 if kind.startswith("pri") else self.part.signalling.point.users[0]
        self._listen("receive")

    def _listen(self, name: str) -> None:
        act = getattr(self.machine, name)

        def heard(*arguments: Any) -> Any:
            self.octets.append(arguments[0])
            actions = act(*arguments)
            self.told.extend(actions)
            return actions

        setattr(self.machine, name, heard)

    def heard(self, kind: str) -> list[Any]:
        """Actions of that name since `told` was cleared."""
        return [action for action in self.told if type(action).__name__ == kind]

    def behave(self, behaviour: str = "answers", ring: int = ms(200)) -> None:
        """All its subscribers, from now on."""
        self.part._ring = lambda key, _: self.plain_ring(key, Subscriber(behaviour=behaviour, ring=Constant(ring)))

    def refuse(self, cause: int) -> None:
        """It refuses every call with a cause, before anything else."""
        if self.kind.startswith("pri"):
            self.part._ring = lambda key, _: self.part._do(self.machine.reject(key, cause))
        else:
            self.part._ring = lambda key, _: self.act("release", key, cause)

    def act(self, name: str, key: int, *arguments: Any) -> None:
        """A request for the call of that key, as the exchange itself would make it."""
        if self.kind.startswith("pri"):
            self.part._do(getattr(self.machine, name)(key, *arguments))
        else:
            self.part.ask(key, lambda user, cic: getattr(user, name)(cic, *arguments))

    @property
    def keys(self) -> list[int]:
        """Calls that its telephones have, but those that began here."""
        parties = self.part.config.parties
        by_key = self.part.state.by_key
        return [key for key, index in by_key.items() if parties[index].party not in self.callers]

    def person(self) -> Caller:
        """Who was called here, in the only such call."""
        (key,) = self.keys
        return Caller(self.bench, self.part.path, self.part.config.parties[self.part.state.by_key[key]].party)

    def calling_as(self, **values: int) -> Callable[[], None]:
        """Calls from here say this of the caller: fields of the set-up request; returns what ends that."""
        plain = self.machine.setup

        def setup(request: Any, *more: Any) -> Any:
            if isinstance(request, q931.SetupRequest):
                number = {name: value for name, value in values.items() if name != "capability"}
                request.calling = msgspec.structs.replace(request.calling, **number)
                request.bearer = msgspec.structs.replace(request.bearer, capability=values.get("capability", 0))
                return plain(request, *more)
            return plain(msgspec.structs.replace(request, **values), *more)

        self.machine.setup = setup
        return lambda: setattr(self.machine, "setup", plain)

    def offered(self) -> dict[str, int]:
        """What the last call that came said of its caller; see `users.who`, and of PRI its number's fields."""
        action = self.heard("SetupInd")[-1]
        if not self.kind.startswith("pri"):
            return users.who(action)
        number = action.calling
        return {"nature": number.ton, "presentation": number.presentation, "screening": number.screening,
                "medium": action.bearer.capability}  # fmt: skip


class Tandem:
    """The machine between its exchanges, with its links up."""

    def __init__(self, machine: str = "tandem") -> None:
        self.bench = Bench(agent("2001", sign_in=-1), machine=machine, settle=seconds(3))
        self.far = {kind: Far(self.bench, kind) for kind in EXCHANGES}

    def clean(self) -> None:
        for far in self.far.values():
            far.told.clear()
            far.behave()

    def call(self, of: str, to: str) -> Caller:
        """A subscriber of one exchange calls one of another, or a number."""
        self.clean_told()
        caller = self.bench.call(NUMBERS.get(to, to), line=EXCHANGES[of])
        self.far[of].callers = [caller.party]
        return caller

    def clean_told(self) -> None:
        for far in self.far.values():
            far.told.clear()
            far.octets.clear()

    def settle(self) -> None:
        """Everybody hangs up; nothing is left of any call."""
        for kind, far in self.far.items():
            for index in list(far.part.state.by_key.values()):
                Caller(self.bench, f"farend/exchange/{EXCHANGES[kind]}", far.part.config.parties[index].party).hang_up()
        self.bench.run(ms(400))
        assert not any(far.part.state.by_key for far in self.far.values()), self.bench.tail()
