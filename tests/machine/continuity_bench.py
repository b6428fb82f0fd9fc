"""A machine whose circuits are checked for continuity, and what such checks leave in the journal."""

from __future__ import annotations

from pathlib import Path

from office_bench import LONG, MACHINES, STEP, Bench, Caller, agent

from switchsim.model.events import CallOffered, ContinuityCheck, MessageSent
from switchsim.model.order import Act, Value
from switchsim.units import ms, seconds

CITY, PROGRAM = "farend/exchange/city", "frame/0/slot/2/program"
CIC = {"e1-0": 0, "e1-1": 32, "e1-2": 64, "e1-3": 96}
FIRST = 1
"""Timeslot of the circuit that the machine takes first on a line of the checked machine; the far end takes 2."""
LINES = list(CIC)
ISUP = {"COT": 0x05, "CCR": 0x11, "REL": 0x0C}
TUP = {"COT": 0x32, "CCF": 0x42, "CCR": 0x67, "CLF": 0x46}  # H1, H0
SETTLE = seconds(6)


class Checked(Bench):
    """`checked.yaml`: ISUP and TUP by loops on e1-0 and e1-1, by transponders on e1-2 and e1-3; T24 is 500 ms."""

    def __init__(self, machine: str = "checked", batch: int = 160) -> None:
        super().__init__(agent(), machine=machine, batch=batch, settle=SETTLE)

    def far_call(self, line: str) -> Caller:
        """Somebody at the far end calls on a line."""
        values: dict[str, Value] = {
            "called": "10000",
            "calling": "13800138000",
            "plan": "",
            "hold_cycles": LONG,
            "line": line,
        }
        self.order(CITY, Act("call", values))
        since = self.now
        self.run(STEP)
        return Caller(self, CITY, self.events("PartyCalls", since)[0].party)

    def ask_every(self, calls: int) -> None:
        """So many calls of the far end between two that ask for a check."""
        self.order(CITY, Act("check_every", {"value": calls}))

    def loops(self, manner: str, late: int = 0) -> None:
        """How the far end answers checks from now on."""
        self.order(CITY, Act("check_loop", {"manner": manner, "value": late}))

    def dial(self, line: str, hold: int = seconds(1)) -> None:
        """The machine calls."""
        values: dict[str, Value] = {"line": line, "number": "5551234", "calling": "1", "hold_cycles": hold}
        self.order(PROGRAM, Act("dial", values))

    def checked(self, where: str, since: int = 0) -> list[tuple[str, int, str]]:
        """(line, timeslot, what) of every step of a check at one end."""
        rows = [r for r in self.records if r.at >= since and isinstance(r.event, ContinuityCheck) and r.place == where]
        return [(r.event.line, r.event.timeslot, r.event.what) for r in rows]  # type: ignore[attr-defined]

    def steps(self, where: str, line: str, timeslot: int, since: int = 0) -> list[str]:
        return [what for on, ts, what in self.checked(where, since) if (on, ts) == (line, timeslot)]

    def said(self, where: str, line: str, timeslot: int, since: int = 0) -> list[str]:
        """Types of the messages that one end sent about a circuit: hexadecimal, of COT with its outcome."""
        found = []
        for record in self.seen("MessageSent", since, place=where):
            event = record.event
            assert isinstance(event, MessageSent)
            if about(event) == CIC[line] + timeslot:
                found.append(name(event))
        return found

    def begun(self, where: str) -> list[MessageSent]:
        """Every ISUP IAM that one end sent."""
        rows = [r.event for r in self.seen("MessageSent", place=where) if isinstance(r.event, MessageSent)]
        return [event for event in rows if event.service == 5 and event.octets[4:6] == "01"]

    def states(self, line: str, timeslot: int) -> list[str]:
        return [event.state for event in self.events("CircuitState", line=line, timeslot=timeslot)]

    def quiet(self) -> None:
        """No receiver of the machine is seized."""
        taken = [event.unit for event in self.events("ResourceSeized", resource="check")]
        given = [event.unit for event in self.events("ResourceFreed", resource="check")]
        assert sorted(taken) == sorted(given) != []

    def offered(self) -> list[CallOffered]:
        return [r.event for r in self.records if isinstance(r.event, CallOffered)]


def about(event: MessageSent) -> int:
    """The CIC of a message: in TUP its lower four bits are the SLS of the label (Q.704 2.2.3)."""
    octets = bytes.fromhex(event.octets)
    if event.service == 5:
        return octets[0] | octets[1] << 8
    return event.sls | octets[0] << 4


def name(event: MessageSent) -> str:
    octets = bytes.fromhex(event.octets)
    if event.service == 4:
        return next((word for word, code in TUP.items() if code == octets[1]), f"{octets[1]:02x}")
    if octets[2] == ISUP["COT"]:
        return f"COT {octets[3]}"
    return next((word for word, code in ISUP.items() if code == octets[2]), f"{octets[2]:02x}")


def asks(event: MessageSent) -> bool:
    """Whether an IAM asks for a continuity check of its circuit (Q.763 3.35; Q.723 3.3.1)."""
    octets = bytes.fromhex(event.octets)
    return octets[3] >> 2 & 3 == 1 if event.service == 5 else octets[3] & 3 == 1


def every(calls: int, folder: Path) -> str:
    """The machine with so many calls between two checks, as a name for `Checked`."""
    path = folder / f"every_{calls}.yaml"
    text = (MACHINES / "checked.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("every: 1", f"every: {calls}"), encoding="utf-8")
    return str(path.with_suffix(""))


T24 = ms(500)
