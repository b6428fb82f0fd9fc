"""A small office with people who do only what a test tells them, and a watch over everything that the machine tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from switchsim.assembly import build
from switchsim.assembly.loads import ConstantLoad, LoadWanted
from switchsim.assembly.people import AgentWanted
from switchsim.farend.chance import Constant
from switchsim.model.event import Event, Record
from switchsim.model.events import CallRecord, FaultArmed, PartyCalls, PartyHears, PartyPlaced, SeatState
from switchsim.model.order import Act, Heal, Inject, Order, Value
from switchsim.report.faults import FaultFacts
from switchsim.report.result import Outcome
from switchsim.scenario.checks import CheckRun, CheckSettings, built_in_checks
from switchsim.scenario.promised import facts_of, own_facts
from switchsim.units import ms, seconds

HERE = Path(__file__).parent
MACHINES = HERE / "machines"
SHIPPED = HERE.parent.parent / "boards" / "machines"
STEP = ms(10)
LONG = seconds(3_600)
E = TypeVar("E", bound=Event)


def agent(*seats: str, sign_in: int = 0, answer: int = ms(300), behaviour: str = "answers") -> AgentWanted:
    """People at seats who answer after `answer` cycles."""
    return AgentWanted(seats=seats, sign_in_at=sign_in, sign_out_at=-1, answer=Constant(answer), talk=None,
                       wrap_up=None, behaviour=behaviour)  # fmt: skip


def steps(name: str, *rows: dict[str, Any], **more: Any) -> LoadWanted:
    """A plan `NAME/0` for callers, with no calls of its own."""
    spec = {"name": name, "shape": "constant", "rate": "1/s", "numbers": ["1"], "start": "10h",
            "plan": {"steps": list(rows), **more}}  # fmt: skip
    return ConstantLoad.model_validate(spec).wanted()


class Caller:
    """One call that somebody at the far end placed."""

    def __init__(self, bench: Bench, exchange: str, party: int) -> None:
        self.bench, self.exchange, self.party = bench, exchange, party

    @property
    def timeslot(self) -> int:
        part = self.bench.machine.part(self.exchange)
        return next(row.timeslot for row in part.config.parties if row.party == self.party)

    def hang_up(self) -> None:
        self.bench.order(self.exchange, Act("hang_up", {"party": self.party}))

    def dial(self, digits: str) -> None:
        self.bench.order(self.exchange, Act("dial", {"party": self.party, "digits": digits}))

    def more(self, digits: str, complete: bool = False) -> None:
        """Further digits of the called number, in an INFORMATION message (overlap sending, Q.931 5.1.3)."""
        part = self.bench.machine.part(self.exchange)
        index = next(i for i, row in enumerate(part.config.parties) if row.party == self.party)
        part._do(part.q931.info(part.state.legs[index].key, digits, complete))

    def ended(self, cause: int, within: int = seconds(2)) -> None:
        """The call ends with this cause, both for the person and in the call record."""
        self.bench.wait("PartyState", within, since=0, party=self.party, state="released", cause=cause)
        self.bench.run(ms(50))

    @property
    def states(self) -> list[tuple[str, int]]:
        return [(e.state, e.cause) for e in self.bench.events("PartyState") if e.party == self.party]


class Bench:
    """The machine, switched on, with its links up. `events` are all events so far, in order."""

    def __init__(
        self, *people: AgentWanted, machine: str = "office", seed: int = 1, batch: int = 160,
        load: Sequence[LoadWanted] = (), settle: int = ms(500),
    ) -> None:  # fmt: skip
        path = MACHINES / f"{machine}.yaml"
        self.lines: list[bytes] = []
        self.machine = build(
            path if path.is_file() else SHIPPED / f"{machine}.yaml", seed=seed, load=load, agents=people,
            journal_sink=self.lines.append, batch=batch,
        )  # fmt: skip
        self.records: list[Record] = []
        self.faults = 0
        self.own_facts: dict[str, FaultFacts] = {}
        self.machine.kernel.observers.append(self._observe)
        self.machine.power_on()
        self.run(settle)

    def _observe(self, now: int, place: str, event: Event) -> None:
        self.records.append(Record(now, "", place, len(self.records), event))

    # -- time and orders -----------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return self.machine.kernel.now

    def run(self, cycles: int) -> Bench:
        self.machine.run(self.now + cycles)
        return self

    def order(self, place: str, order: Order) -> None:
        self.machine.order(self.now, place, order)

    def press(self, seat: str, act: str, /, **values: Value) -> None:
        """A person presses a key of a seat set; the machine has taken it when this returns."""
        self.order(f"farend/agent/{seat}", Act(act, dict(values)))
        self.run(ms(60))

    def call(self, called: str, *, line: str = "e1-0", plan: str = "", calling: str = "13800138000") -> Caller:
        """Somebody calls: silent until a person answers, then talks until told to hang up, if no plan says more."""
        exchange = f"farend/exchange/{line}"
        values: dict[str, Value] = {"called": called, "calling": calling, "plan": plan, "hold_cycles": LONG}
        self.order(exchange, Act("call", values))
        before = len(self.records)
        self.run(STEP)
        party = next(r.event.party for r in self.records[before:] if isinstance(r.event, PartyCalls))
        return Caller(self, exchange, party)

    def dial_slowly(self, first: str, *, line: str = "e1-0") -> Caller:
        """Somebody calls with the first digits only, in a SETUP without Sending complete (overlap sending)."""
        part = self.machine.part(f"farend/exchange/{line}")
        setup = part.q931.setup
        part.q931.setup = lambda request: setup(msgspec.structs.replace(request, sending_complete=False))
        try:
            return self.call(first, line=line)
        finally:
            part.q931.setup = setup

    def fault(self, name: str, where: dict[str, Value], *, at: int = 0, until: int = 0, **values: Value) -> Any:
        """Make a fault of the catalogue act, now or at a cycle; returns what heals it (`until` does so at a cycle)."""
        place, point, found = self.machine.resolve_fault(name, where, dict(values))
        self.faults += 1
        number, row = str(self.faults), self.machine.faults.rows[name]
        if row.target == "line":
            self.own_facts[number] = own_facts(row, where["line"], place, found, joined=False)
        self.machine.kernel.emit(place, FaultArmed(number, name, place))
        self.machine.order(at or self.now, place, Inject(number, point, found))
        if until:
            self.machine.order(until, place, Heal(number, point, found))

        def heal() -> None:
            self.order(place, Heal(number, point, found))

        return heal

    # -- what was told -------------------------------------------------------------------------------------------

    def events(self, kind: str, since: int = 0, **fields: Value) -> list[Any]:
        return [record.event for record in self.seen(kind, since, **fields)]

    def seen(self, kind: str, since: int = 0, **fields: Value) -> list[Record]:
        """Records of a kind whose fields (or `place`) have these values."""
        return [r for r in self.records if r.at >= since and _is(r, kind, fields)]

    def wait(self, kind: str, within: int = seconds(5), *, since: int | None = None, **fields: Value) -> Record:
        """Run until an event of that kind comes (or has come since `since`)."""
        look = len(self.records) if since is None else next(
            (i for i, r in enumerate(self.records) if r.at >= since), len(self.records))  # fmt: skip
        end = self.now + within
        while True:
            for index in range(look, len(self.records)):
                if _is(self.records[index], kind, fields):
                    return self.records[index]
            look = len(self.records)
            if self.now >= end:
                raise AssertionError(f"no {kind} {fields} within {within} cycles until {self.now}\n{self.tail()}")
            self.run(STEP)

    def tail(self, count: int = 40) -> str:
        dull = {"FrameSent", "FrameReceived", "LedChanged"}
        rows = [r for r in self.records if type(r.event).__name__ not in dull]
        return "\n".join(f"{r.at} {r.place} {r.event}" for r in rows[-count:])

    def hears(self, who: Caller | str) -> tuple[str, str]:
        """What a caller, or the person at a seat, hears now."""
        party = self.party(who)
        heard = [r.event for r in self.records if isinstance(r.event, PartyHears) and r.event.party == party]
        return (heard[-1].what, heard[-1].which) if heard else ("quiet", "")

    def until_hears(self, who: Caller | str, what: str, which: str = "", within: int = seconds(2)) -> None:
        end = self.now + within
        while not _alike(self.hears(who), what, which):
            if self.now >= end:
                raise AssertionError(f"{who} hears {self.hears(who)}, not {what} {which}\n{self.tail()}")
            self.run(STEP)

    def talk(self, *people: Caller | str) -> None:
        """All of them hear each other, and only each other, within a second."""
        for one in people:
            others = sorted(self.party(other) for other in people if other is not one)
            what = "party" if len(others) == 1 else "mix"
            self.until_hears(one, what, "+".join(map(str, others)), within=seconds(1))

    def party(self, who: Caller | str) -> int:
        if isinstance(who, Caller):
            return who.party
        return next(r.event.party for r in self.records
                    if isinstance(r.event, PartyPlaced) and r.event.seat == who)  # fmt: skip

    def seat(self, number: str) -> str:
        states = [r.event for r in self.records if isinstance(r.event, SeatState) and r.event.seat == number]
        return states[-1].state if states else "signed_out"

    def until_seat(self, number: str, state: str, within: int = seconds(3)) -> None:
        end = self.now + within
        while self.seat(number) != state:
            if self.now >= end:
                raise AssertionError(f"seat {number} is {self.seat(number)}, not {state}\n{self.tail()}")
            self.run(STEP)

    def record(self) -> CallRecord:
        """The only call record so far."""
        (record,) = self.call_records()
        return record

    def call_records(self) -> list[CallRecord]:
        return [r.event for r in self.records if isinstance(r.event, CallRecord)]

    # -- the end -------------------------------------------------------------------------------------------------

    def findings(self, *, drained: bool = True, but: Sequence[str] = ()) -> list[str]:
        """What the checks of every scenario find wrong, in words."""
        facts = {name: facts_of(row) for name, row in self.machine.faults.rows.items()}
        settings = CheckSettings(drained=drained, seat_queues=self.machine.seat_queues,
                                 agent_skills=self.machine.agent_skills,
                                 processors=self.machine.processors, facts=facts, own_facts=self.own_facts)
        run = CheckRun([check for check in built_in_checks(settings) if check.name not in but])
        for record in self.records:
            run.take(record)
        return [
            f"{result.name} at {finding.at} {finding.place}: {finding.what}"
            for result in run.finish(self.now)
            if result.outcome is Outcome.FAILED
            for finding in result.findings
        ]

    def close(self, after: int = seconds(4), *, but: Sequence[str] = ()) -> None:
        """Everybody hangs up; then nothing is left over, and no check of every scenario finds anything."""
        for exchange in (place for place in self.machine.kernel.parts if place.startswith("farend/exchange/")):
            for row in self.machine.part(exchange).config.parties:
                self.order(exchange, Act("hang_up", {"party": row.party}))
        for seat in self.machine.seat_queues:
            self.order(f"farend/agent/{seat}", Act("release", {}))
            self.machine.order(self.now + ms(100), f"farend/agent/{seat}", Act("release", {}))
        self.run(after)
        found = self.findings(but=but)
        assert not found, "\n".join([*found, self.tail(60)])


def _is(record: Record, kind: str, fields: dict[str, Value]) -> bool:
    event = record.event
    if type(event).__name__ != kind:
        return False
    return all((record.place if name == "place" else getattr(event, name)) == value for name, value in fields.items())


def _alike(heard: tuple[str, str], what: str, which: str) -> bool:
    if heard[0] != what:
        return False
    if what == "mix":
        return sorted(map(int, heard[1].split("+"))) == sorted(map(int, which.split("+"))) if which else True
    return which in ("", heard[1])
