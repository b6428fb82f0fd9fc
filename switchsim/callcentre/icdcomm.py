"""ICDCOMM: the exchange of messages between all processes of the platform; without it they are deaf and dumb."""

from __future__ import annotations

from typing import Final

from switchsim.callcentre.process import Process, ProcessCommon
from switchsim.model.order import Heal, Inject, Value
from switchsim.model.part import Host, State
from switchsim.model.platform import Letter

PATH_FAULTS: Final = ("cut", "loss", "delay", "stall", "duplicate", "reorder")
EVERYBODY: Final = "*"
PERCENT: Final = 100


class Rule(State):
    """A fault on the way from one process to another; `*` is every one. held: letters that wait for its end."""

    point: str = ""
    sender: str = EVERYBODY
    to: str = EVERYBODY
    value: int = 0
    held: list[Letter] = []


class HubState(ProcessCommon):
    """rules: by fault. later: letters on a slow way, by number."""

    rules: dict[str, Rule] = {}
    later: dict[int, Letter] = {}
    next_later: int = 0
    passed: int = 0
    unknown: int = 0
    lost: int = 0


class Icdcomm(Process[HubState]):
    """`callcentre/icdcomm`. In `comm`; out `to/<process>` for each.

    Fault points besides a process's own, each with `from`, `to` and `value`: cut (lost), loss (so many per cent are
    lost), delay (cycles), stall (kept until healed, then all at once), duplicate (each twice), reorder (pairs change
    places).
    """

    def __init__(self, path: str, host: Host, processes: tuple[str, ...]) -> None:
        self.processes = frozenset(processes)
        super().__init__(path, host)

    def fresh(self) -> HubState:
        return HubState()

    def deliver(self, message: Letter) -> None:
        self._pass(message)

    def outlives(self, before: HubState) -> None:
        """The faults of the ways."""
        self.state.rules = before.rules

    def _pass(self, message: Letter) -> None:
        for rule in self.state.rules.values():
            if rule.sender in (EVERYBODY, message.sender) and rule.to in (EVERYBODY, message.to):
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
        match rule.point:
            case "cut":
                self.state.lost += 1
            case "loss" if self.draw("loss") % PERCENT < rule.value:
                self.state.lost += 1
            case "delay":
                self.state.next_later += 1
                self.state.later[self.state.next_later] = message
                self.start_timer(f"later/{self.state.next_later}", rule.value)
            case "stall":
                rule.held.append(message)
            case "duplicate":
                self._out(message)
                self._out(message)
            case "reorder" if not rule.held:
                rule.held.append(message)
            case _:
                self._out(message)
                self._release(rule)

    def _release(self, rule: Rule) -> None:
        held, rule.held = rule.held, []
        for message in held:
            self._out(message)

    def timer(self, name: str) -> None:
        self._out(self.state.later.pop(int(name.rpartition("/")[2])))

    def fault(self, order: Inject) -> str:
        if order.point not in PATH_FAULTS:
            return super().fault(order)
        sender, to = _text(order.values, "from"), _text(order.values, "to")
        self.state.rules[order.fault] = Rule(
            point=order.point, sender=sender, to=to, value=int(order.values.get("value", 0))
        )
        return f"{order.point} from {sender} to {to}"

    def undo(self, order: Heal) -> None:
        rule = self.state.rules.pop(order.fault, None)
        if rule is not None:
            self._release(rule)


def _text(values: dict[str, Value], key: str) -> str:
    return str(values.get(key, EVERYBODY))
