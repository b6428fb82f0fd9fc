"""What a check is: it takes the records of the kinds it names, once and in order, and at the end says what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from switchsim.model.event import Event, Record
from switchsim.report.faults import FaultFacts
from switchsim.report.result import CheckResult, Finding, judged
from switchsim.units import ms, seconds

Handler = Callable[[Record, Any], None]
"""(record, its event)."""

KEPT_FINDINGS = 1000
"""A check that found so much stops counting: its answer is certain."""


class SignallingFacts(msgspec.Struct, frozen=True):
    """The No.7 network as the journal sees it.

    points: place that emits -> its own point code; a point that an outside program is, is not in it. links: name ->
    the point codes of its ends. boards: name -> the machine's board that carries it. long_labels: 24-bit point codes.
    same: a link over a line that joins two machines has a name at each end; the one at its second end -> the one at its
    first, by which it is judged and told, and which alone is in `links`.
    """

    points: Mapping[str, int] = msgspec.field(default_factory=dict)
    links: Mapping[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    boards: Mapping[str, str] = msgspec.field(default_factory=dict)
    long_labels: bool = False
    same: Mapping[str, str] = msgspec.field(default_factory=dict)

    def one(self, link: str) -> str:
        """The name by which a link is judged."""
        return self.same.get(link, link)

    def on_board(self, board: str) -> set[str]:
        """The links that a board carries an end of, by the names by which they are judged."""
        return {self.one(link) for link, carrier in self.boards.items() if carrier == board}


class FaultScope(msgspec.Struct, frozen=True):
    """What one fault of the run is about, as the scenario has it.

    link: the signalling link, `` any. layer: the only layer that it reaches, 0: those of its kind. late_cycles: units
    may come so much later than it acts.
    """

    link: str = ""
    layer: int = 0
    late_cycles: int = 0


class CcsRules(msgspec.Struct, frozen=True):
    """How a CCS gives calls to seats. levels: seat -> queue -> level of its usual agent's skill, lower first.

    most_skills: queues that want most skills first. callers: first digits -> priority, higher first.
    """

    levels: Mapping[str, Mapping[str, int]] = msgspec.field(default_factory=dict)
    most_skills: frozenset[str] = frozenset()
    callers: Mapping[str, int] = msgspec.field(default_factory=dict)

    def priority(self, calling: str) -> int:
        """By the longest of the first digits; 0 = plain."""
        heads = [head for head in self.callers if calling.startswith(head)]
        return self.callers[max(heads, key=len)] if heads else 0


class CheckSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks must know of the machine and the scenario. Times in cycles.

    drained: the run was to end without a call; otherwise calls that are up at its end are accounted for as such.
    seat_queues: the queues that each seat serves; a seat that is not named serves all.
    agent_skills: where a CCS gives out the calls, seat -> queues that the agent who usually sits there has skills
    for; a seat that is not named is nobody's.
    ccs_rules: version of `ccs.ini` -> rules of the CCS that runs with it.
    machines: those of a plant, whose places begin with their names; a machine that stands alone has no name.
    joins: line of one machine -> line of another that is its other end, both ways.
    processors: places of the main processors; empty: those that the journal names.
    facts: the fault catalogue, by name. own_facts: of faults of the run whose parameters decide, by their numbers.
    scopes: what the run's faults are about, by their numbers.
    signalling: the No.7 network; empty: there is none.
    """

    drained: bool = True
    seat_queues: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    agent_skills: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    ccs_rules: Mapping[str, CcsRules] = msgspec.field(default_factory=dict)
    machines: tuple[str, ...] = ()
    joins: Mapping[str, str] = msgspec.field(default_factory=dict)
    processors: tuple[str, ...] = ()
    facts: Mapping[str, FaultFacts] = msgspec.field(default_factory=dict)
    own_facts: Mapping[str, FaultFacts] = msgspec.field(default_factory=dict)
    scopes: Mapping[str, FaultScope] = msgspec.field(default_factory=dict)
    signalling: SignallingFacts = SignallingFacts()
    path_delay_cycles: int = 64  # the longest way through lines and stages
    switching_cycles: int = ms(50)  # from a decision to the connection: mailbox, node, serial bus
    speech_cycles: int = seconds(1)  # in talk for so long, one must hear the other
    takeover_cycles: int = seconds(1)  # nobody active, or both, for at most so long
    alarm_clear_cycles: int = seconds(30)  # from the cause's end to the end of the alarm
    ccs_takeover_cycles: int = seconds(4)  # three heartbeats, and what is under way, until a CCS is active
    ccs_healing_cycles: int = ms(2_500)  # two active CCS that can hear each other
    news_cycles: int = ms(50)  # from the switch to the platform
    distribute_cycles: int = seconds(5)  # until the switch gives to seats what waits for a platform that has gone
    recovery_cycles: int = seconds(10)  # until the platform routes again, after a fault

    def machine_of(self, place: str) -> str:
        """The machine that a place is of, as it begins; `` where there is but one."""
        head = place.partition("/")[0]
        return head if head in self.machines else ""


class Check:
    """Base of the checks. `handlers()` names the events it takes; `finish` is called once, with the last cycle."""

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, settings: CheckSettings) -> None:
        self.settings = settings
        self.findings: list[Finding] = []

    def handlers(self) -> dict[type[Event], Handler]:
        raise NotImplementedError

    def finish(self, end: int) -> CheckResult:
        return judged(self.name, self.title, self.findings)

    def found(self, at: int, place: str, what: str) -> None:
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(Finding(at, place, what))


class CheckRun:
    """Runs checks over one stream; give it every record (live, or from a finished journal)."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = checks
        self._same = checks[0].settings.signalling.same if checks else {}
        self._handlers: dict[type[Event], list[Handler]] = {}
        for check in checks:
            for kind, handler in check.handlers().items():
                self._handlers.setdefault(kind, []).append(handler)

    def take(self, record: Record) -> None:
        if self._same and (link := getattr(record.event, "link", "")) in self._same:
            record = msgspec.structs.replace(record, event=msgspec.structs.replace(record.event, link=self._same[link]))
        for handler in self._handlers.get(type(record.event), ()):
            handler(record, record.event)

    def finish(self, end: int) -> list[CheckResult]:
        return [check.finish(end) for check in self.checks]


def run_checks(records: Iterable[Record], checks: Sequence[Check]) -> list[CheckResult]:
    """All checks over a whole journal; its last record's cycle is the end."""
    run, end = CheckRun(checks), 0
    for record in records:
        end = record.at
        run.take(record)
    return run.finish(end)
