"""Sheets of Q.784: reads their configuration, sets up a bench, plays, judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from switchsim.assembly.yamltypes import Strict
from switchsim.conformance.language import Deviation, Kind
from switchsim.conformance.q784.bench import AloneBench, Bench
from switchsim.conformance.q784.machine import MachineBench, obstacle
from switchsim.conformance.q784.play import Run, spread
from switchsim.conformance.q784.words import VOCABULARY, Q784Config
from switchsim.conformance.reader import PREAMBLES, Sheet, Steps
from switchsim.conformance.verdict import Result, Verdict
from switchsim.proto import isup

OWN_POINT: Final = 1
"""Lower than the tester's: the implementation under test controls the odd circuits (Q.764 2.9.1.4)."""
TESTERS_POINT: Final = 2
CIRCUITS: Final = (*range(1, 16), *range(17, 32))
"""Of an E1 whose timeslot 16 carries the signalling link."""


class Q784Player:
    """Benches: `alone`, circuits without anything around them; `machine`, those of a machine, from the far end."""

    standard = "Q.784.1"
    folder = "q784"
    vocabulary = VOCABULARY
    config_model: type[Strict] = Q784Config
    benches: Sequence[str] = ("alone", "machine")
    usual: Sequence[str] = benches

    def play(self, sheet: Sheet, bench: str, preambles: Mapping[str, Steps],
             isup_class: type[isup.Isup] = isup.Isup) -> Result:
        """The verdict; a deviation on the way to the precondition leaves the sheet inconclusive."""
        if sheet.not_applicable:
            return Result(Verdict.NOT_APPLICABLE, reason=sheet.not_applicable)
        if sheet.only and sheet.only != bench:
            return Result(Verdict.NOT_APPLICABLE, reason=sheet.only_because)
        assert bench in self.benches
        preamble = preambles[sheet.given]
        if bench == "alone":
            return judged(sheet, preamble, AloneBench(isup_class(isup.IsupState(), isup_config(sheet.config))))
        if why := self.obstacle(sheet, preambles):
            return Result(Verdict.NOT_APPLICABLE, reason=why)
        return judged(sheet, preamble, MachineBench())

    @staticmethod
    def obstacle(sheet: Sheet, preambles: Mapping[str, Steps]) -> str:
        """Why a machine can not play a sheet; empty when it can."""
        if sheet.only not in ("", "machine"):
            return sheet.only_because
        if sheet.config != Q784Config.model_validate({}):
            return "the machine's office data are as they are"
        orders = [(item.name, values) for step in (*preambles[sheet.given], *sheet.steps) if step.kind is Kind.ORDER
                  for item in step.items for values in spread(item)]  # fmt: skip
        return next((why for name, values in orders if (why := obstacle(name, values))), "")


def judged(sheet: Sheet, preamble: Steps, board: Bench) -> Result:
    """Play the way to the precondition, then the sheet."""
    run = Run(board)
    file, bad = str(Path(sheet.file).with_name(PREAMBLES)), Verdict.INCONCLUSIVE
    try:
        run.steps(preamble)
        file, bad = sheet.file, Verdict.FAILED
        run.steps(sheet.steps)
        run.end(sheet.steps[-1])
    except Deviation as deviation:
        step = deviation.step
        return Result(bad, f"{file}:{step.line}", f"{step.text!r}: {deviation.reason}", tuple(board.log))
    return Result(Verdict.PASSED, log=tuple(board.log))


def isup_config(config: Q784Config) -> isup.IsupConfig:
    """The relation as a sheet sets it up."""
    return isup.IsupConfig(
        own_pc=OWN_POINT, dpc=TESTERS_POINT, circuits=CIRCUITS, minimum_digits=config.minimum_digits,
        whole_digits=config.whole_digits, early_acm=config.early_acm, loop_ack=config.loop_ack,
        timers={name.lower(): cycles for name, cycles in config.timers.items()})  # fmt: skip
