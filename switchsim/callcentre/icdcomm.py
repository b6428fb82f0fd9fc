"""ICDCOMM: the exchange of messages between all processes of the platform; without it they are deaf and dumb."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.process import Process, ProcessCommon
from switchsim.model.events import FaultFired
from switchsim.model.order import Heal, Inject, Value
from switchsim.model.part import Host, State
from switchsim.model.platform import Letter

PATH_FAULTS: Final = ("cut", "loss", "delay", "stall", "duplicate", "reorder")
EVERYBODY: Final = "*"
PERCENT: Final = 100


class Rule(State):
    """A fault on the way from one process to another; `*` is every one. number: of the order of injection.

    held: letters that wait for its end. fired: it has met a letter.
    """

    number: int = 0
    point: str = ""
    sender: str = EVERYBODY
    to: str = EVERYBODY
    value: int = 0
    held: list[Letter] = []
    fired: bool = False


class Later(State):
    """A letter on a slow way. rule: number of what makes it slow."""

    letter: Letter
    rule: int


class HubState(ProcessCommon):
    """rules: by fault. later: letters on slow ways, by number."""

    rules: dict[str, Rule] = {}
    next_rule: int = 1
    later: dict[int, Later] = {}
    next_later: int = 0
    passed: int = 0
    unknown: int = 0
    lost: int = 0


class Icdcomm(Process[HubState]):
    """`callcentre/icdcomm`. In `comm`; out `to/<process>` for each.

    Fault points besides a process's own, each with `from`, `to` and `value`: cut (lost), loss (so many per cent are
    lost), delay (cycles), stall (kept until healed, then all at once), duplicate (each twice), reorder (pairs change
    places). One fires with the first letter that it meets. Several on one way act one after the other, in the order of
    their injection; what is healed lets go of the letters that it holds, and those behind it act on them.
    """

    def __init__(self, path: str, host: Host, processes: tuple[str, ...]) -> None:
        self.processes = frozenset(processes)
        super().__init__(path, host)

    def fresh(self) -> HubState:
        return HubState()

    def deliver(self, message: Letter) -> None:
        self._pass(message)

    def outlives(self, before: HubState) -> None:
        """The faults of the ways, but no letters."""
        self.state.rules, self.state.next_rule = before.rules, before.next_rule
        for rule in self.state.rules.values():
            rule.held = []

    def _pass(self, message: Letter, behind: int = 0) -> None:
        """On to the next fault of its way behind that one, or out."""
        for rule in self.state.rules.values():
            on_its_way = rule.sender in (EVERYBODY, message.sender) and rule.to in (EVERYBODY, message.to)
            if rule.number > behind and on_its_way:
                self._tampered(rule, message)
                return
        self._out(message)

    def _out(self, message: Letter) -> None:
        if message.to not in self.processes:
            self.state.unknown += 1
            return
        self.state.passed += 1
        self.send(f"to/{message.to}", message)

    def _tampered(self, rule: Rule, message: Letter) -> None:
        if not rule.fired:
            rule.fired = True
            fault = next(name for name, one in self.state.rules.items() if one is rule)
            self.emit(FaultFired(fault, f"{rule.point} from {rule.sender} to {rule.to}"))
        match rule.point:
            case "cut":
                self.state.lost += 1
            case "loss" if self.draw("loss") % PERCENT < rule.value:
                self.state.lost += 1
            case "delay":
                self.state.next_later += 1
                self.state.later[self.state.next_later] = Later(message, rule.number)
                self.start_timer(f"later/{self.state.next_later}", rule.value)
            case "stall":
                rule.held.append(message)
            case "duplicate":
                self._pass(message, rule.number)
                self._pass(message, rule.number)
            case "reorder" if not rule.held:
                rule.held.append(message)
            case _:
                self._pass(message, rule.number)
                self._release(rule)

    def _release(self, rule: Rule) -> None:
        """What it holds goes on; a hung ICDCOMM takes it up with the rest, one that is dead has lost it."""
        held, rule.held = rule.held, []
        for message in held:
            if self.running:
                self._pass(message, rule.number)
            elif self.state.life == "running":
                self.state.kept.append(message)

    def _hasten(self, rule: Rule) -> None:
        """The way is no longer slow: what is on it does not come behind what is sent from now on."""
        for number, one in list(self.state.later.items()):
            if one.rule == rule.number:
                self.stop_timer(f"later/{number}")
                rule.held.append(self.state.later.pop(number).letter)

    def timer(self, name: str) -> None:
        one = self.state.later.pop(int(name.rpartition("/")[2]))
        self._pass(one.letter, one.rule)

    def fault(self, order: Inject) -> str:
        if order.point not in PATH_FAULTS:
            return super().fault(order)
        sender, to = _text(order.values, "from"), _text(order.values, "to")
        number, self.state.next_rule = self.state.next_rule, self.state.next_rule + 1
        value = int(order.values.get("value", 0))
        self.state.rules[order.fault] = Rule(number=number, point=order.point, sender=sender, to=to, value=value)
        return ""  # it fires when it meets a letter

    def undo(self, order: Heal) -> None:
        rule = self.state.rules.pop(order.fault, None)
        if rule is not None:
            self._hasten(rule)
            self._release(rule)


def _text(values: dict[str, Value], key: str) -> str:
    return str(values.get(key, EVERYBODY))
