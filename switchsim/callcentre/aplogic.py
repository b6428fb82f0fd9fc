"""aplogic: the way of automatic flows (and, through PROXY, of seats) to the business database, which is outside."""

from __future__ import annotations

from typing import Any

import msgspec

from switchsim.callcentre.process import HEARTBEAT_CYCLES, Process, ProcessCommon
from switchsim.model.order import Heal, Inject, Order, Outside
from switchsim.model.outside import Answer, Query, pack_query, unpack_answer, unpack_in
from switchsim.model.part import Host, State
from switchsim.model.platform import Heartbeat, LookedUp, LookUp
from switchsim.model.platform_events import LookUpDone

FAILED, LATE, LOCKED = "failed", "late", "locked"


class AplogicConfig(msgspec.Struct, frozen=True):
    """answer_after: a look-up takes so long at least; timeout: and no longer. watchers: who is told that it lives."""

    answer_after: int
    timeout: int
    watchers: tuple[str, ...]


class QueryRow(State):
    """A query under way. number: the sender's own. answer: what came before its time."""

    sender: str
    number: int
    statement: str
    began: int
    answer: Answer | None = None


class AplogicState(ProcessCommon):
    """queries: by own number, which goes on counting through restarts, so that no late answer meets another query.

    unheard: answers that came while the process hung.
    """

    next_query: int = 1
    queries: dict[int, QueryRow] = {}
    unheard: list[Answer] = []
    outbox: list[bytes] = []


class Aplogic(Process[AplogicState]):
    """`callcentre/aplogic`. Orders: Outside `database` answered. `take_outbox` is what goes to the adaptor.

    Fault points of the database: locked (nobody can read: so it says), lost (nothing comes back); a slow one is the
    process's own `slow`.
    """

    def __init__(self, path: str, host: Host, config: AplogicConfig) -> None:
        self.config = config
        super().__init__(path, host)

    def fresh(self) -> AplogicState:
        return AplogicState()

    def outlives(self, before: AplogicState) -> None:
        self.state.next_query = before.next_query

    def started(self) -> None:
        self._beat()

    @property
    def has_output(self) -> bool:
        return bool(self.state.outbox)

    def take_outbox(self) -> list[bytes]:
        """What is to go to the database, once (model.outside)."""
        taken, self.state.outbox = self.state.outbox, []
        return taken

    # -- look-ups ------------------------------------------------------------------------------------------------

    def letter(self, sender: str, body: Any) -> None:
        if not isinstance(body, LookUp):
            return
        number = self.state.next_query
        self.state.next_query += 1
        self.state.queries[number] = QueryRow(sender, body.query, body.statement, self.now)
        points = self.state.faults.values()
        if LOCKED in points:
            self._answered(Answer(query=number, result=LOCKED, text="the database is locked"))
        elif "lost" not in points:
            query = Query(query=number, statement=body.statement, parameters=body.parameters)
            self.state.outbox.append(pack_query(query))
        self.start_timer(f"late/{number}", self.config.timeout)

    def _answered(self, answer: Answer) -> None:
        """An answer has come; it is told once the look-up has taken its time."""
        row = self.state.queries.get(answer.query)
        if row is None or row.answer is not None:
            return
        row.answer = answer
        left = row.began + self.config.answer_after - self.now
        if left > 0:
            self.start_timer(f"answer/{answer.query}", left)
        else:
            self._tell(answer.query, answer)

    def _tell(self, number: int, answer: Answer) -> None:
        row = self.state.queries.pop(number, None)
        if row is None:
            return
        self.stop_timer(f"late/{number}")
        self.stop_timer(f"answer/{number}")
        why = answer.text if answer.result == FAILED else ""
        self.emit(LookUpDone(number, row.statement, answer.result, self.now - row.began, why))
        self.write(row.sender, LookedUp(row.number, answer.result, answer.text, answer.row))

    # -- process -------------------------------------------------------------------------------------------------

    def timer(self, name: str) -> None:
        what, _, number = name.partition("/")
        if what == "beat":
            self._beat()
            return
        row = self.state.queries.get(int(number))
        if row is not None:
            late = Answer(query=int(number), result=LATE)
            self._tell(int(number), late if what == LATE else row.answer or late)

    def _beat(self) -> None:
        self.start_timer("beat", HEARTBEAT_CYCLES)
        for name in self.config.watchers:
            self.write(name, Heartbeat("", 0))

    def order(self, order: Order) -> None:
        if not isinstance(order, Outside):
            super().order(order)
        elif order.what == "answered" and self.state.life == "running":
            answer = unpack_answer(unpack_in(order.octets)[1])
            if answer is None or "lost" in self.state.faults.values():
                return
            if self.running:
                self._answered(answer)
            else:
                self.state.unheard.append(answer)

    def _catch_up(self) -> None:
        super()._catch_up()
        unheard, self.state.unheard = self.state.unheard, []
        for answer in unheard:
            self._answered(answer)

    def fault(self, order: Inject) -> str:
        """locked, lost: `letter` looks for them."""
        match order.point:
            case "locked":
                return "the database is locked"
            case "lost":
                return "the database is out of reach"
        return super().fault(order)

    def undo(self, order: Heal) -> None:
        """The next look-up finds it well."""
