"""waves.vcd: states of boards, lines, links, alarms and queues over time, for GTKWave and any other reader of VCD.

A value change dump (IEEE 1364-2005 clause 18) with a time unit of 1 us, in which a cycle of 125 us is a whole number:
a viewer shows the simulated time. The octets depend on the journal alone. States that are words are variables of the
type `string`, which GTKWave has.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Final

from vcd import VCDWriter
from vcd.writer import Variable

from switchsim.report.journal import JournalReader
from switchsim.report.output import writing
from switchsim.report.waves import KINDS, Signal, Sort, Waves

CYCLE_US: Final = 125
NUMBER_BITS: Final = 32
LEAST_NUMBER, MOST_NUMBER = -(1 << NUMBER_BITS - 1), (1 << NUMBER_BITS - 1) - 1
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]+")


def write_vcd(file: Path, journal: Path) -> int:
    """Write the states of a finished or cut journal over time; returns the number of signals.

    The journal is read twice, for the names of a dump stand before its changes: memory holds the signals alone, however
    long the run was. Raises BadInput when the journal cannot be read, OutputError when the file cannot be written.
    """
    signals = _signals(journal)
    with writing(file) as out:
        text = io.TextIOWrapper(out, encoding="ascii", newline="\n")
        writer = VCDWriter(text, timescale="1 us", date="", version="switchsim")
        variables = _registered(writer, signals)
        at, waves, reader = 0, Waves(), JournalReader(journal, only=KINDS)
        for record in reader:
            at = max(at, record.at)
            for signal, value in waves.changes(record):
                writer.change(variables[signal], at * CYCLE_US, _fit(signal, value))
        writer.close(max(at, reader.last_at()) * CYCLE_US)
        text.detach()
    return len(signals)


def _signals(journal: Path) -> list[Signal]:
    """All signals that a journal speaks of, in the order in which it does."""
    waves = Waves()
    records = JournalReader(journal, only=KINDS)
    return list(dict.fromkeys(signal for record in records for signal, _ in waves.changes(record)))


def _fit(signal: Signal, value: int | str) -> int | str:
    """As the signal's sort has it: a journal that somebody edited may say anything."""
    if signal.sort is Sort.TEXT:
        return _ascii(str(value)).replace(" ", "_")
    least, most = (0, 1) if signal.sort is Sort.WIRE else (LEAST_NUMBER, MOST_NUMBER)
    return min(max(int(value), least), most)


def _registered(writer: VCDWriter, signals: list[Signal]) -> dict[Signal, Variable[Any]]:
    """Each signal as a variable in the scope of its group and place, under a name that readers of VCD take."""
    taken: set[tuple[str, ...]] = set()
    variables: dict[Signal, Variable[Any]] = {}
    for signal in signals:
        scope = (signal.group, _name(signal.place)) if signal.place else (signal.group,)
        base = name = _name(signal.name)
        number = 2
        while (*scope, name) in taken:  # two names that differ only in what does not fit
            name, number = f"{base}_{number}", number + 1
        taken.add((*scope, name))
        variables[signal] = _variable(writer, scope, name, signal)
    return variables


def _variable(writer: VCDWriter, scope: tuple[str, ...], name: str, signal: Signal) -> Variable[Any]:
    if signal.sort is Sort.TEXT:
        return writer.register_var(scope, name, "string", init=_ascii(signal.first))
    if signal.sort is Sort.NUMBER:
        return writer.register_var(scope, name, "integer", size=NUMBER_BITS, init=0)
    return writer.register_var(scope, name, "wire", size=1, init=0)


def _name(text: str) -> str:
    """Letters, digits, - and _; anything else would be read as hierarchy or a range by one reader or another."""
    return _UNFIT.sub("_", _ascii(text)) or "_"


def _ascii(text: str) -> str:
    """Letters of other alphabets as uXXXX: files of this kind are ASCII. Nothing is `-`."""
    return "".join(one if " " <= one <= "~" else f"u{ord(one):04X}" for one in text) or "-"
