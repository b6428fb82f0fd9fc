"""Sheets of Q.781: reads their configuration, sets up a bench, plays, judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from switchsim.assembly.yamltypes import Strict
from switchsim.conformance.language import Deviation
from switchsim.conformance.q781.bench import Bench
from switchsim.conformance.q781.play import Run
from switchsim.conformance.q781.wire import TerminalWire
from switchsim.conformance.q781.words import QUICK, VOCABULARY, Q781Config
from switchsim.conformance.reader import PREAMBLES, Sheet, Steps
from switchsim.conformance.verdict import Result, Verdict
from switchsim.proto import mtp2


class Q781Player:
    """Benches: `reference` and `native` with short timers, to be compared; `timed`: native, the standard's timers."""

    standard = "Q.781"
    folder = "q781"
    vocabulary = VOCABULARY
    config_model: type[Strict] = Q781Config
    benches: Sequence[str] = ("reference", "native", "timed")
    usual: Sequence[str] = ("timed",)

    def play(self, sheet: Sheet, bench: str, preambles: Mapping[str, Steps],
             link_class: type[mtp2.Link] = mtp2.Link) -> Result:
        """The verdict; a deviation on the way to the precondition leaves the sheet inconclusive."""
        if sheet.not_applicable:
            return Result(Verdict.NOT_APPLICABLE, reason=sheet.not_applicable)
        if sheet.only and sheet.only != bench:
            return Result(Verdict.NOT_APPLICABLE, reason=sheet.only_because)
        assert bench in self.benches
        config: Q781Config = sheet.config
        timers = {} if bench == "timed" else {
            name: cycles for name, cycles in QUICK.items() if name not in config.timers}
        link = link_class(mtp2.LinkState(), _link_config(config, {**timers, **config.timers}))
        board = Bench(TerminalWire(slow=bench == "reference"), link)
        run = Run(board, timers)
        file, bad = str(Path(sheet.file).with_name(PREAMBLES)), Verdict.INCONCLUSIVE
        try:
            run.steps(preambles[sheet.given])
            file, bad = sheet.file, Verdict.FAILED
            run.steps(sheet.steps)
            run.end(sheet.steps[-1])
        except Deviation as deviation:
            step = deviation.step
            return Result(bad, f"{file}:{step.line}", f"{step.text!r}: {deviation.reason}", tuple(board.log))
        return Result(Verdict.PASSED, log=tuple(board.log))


def _link_config(config: Q781Config, timers: dict[str, int]) -> mtp2.LinkConfig:
    given: dict[str, Any] = {"n1": config.n1, "n2": config.n2}
    return mtp2.LinkConfig(method=config.method, lssu_octets=config.lssu_octets, congested=config.congested,
                           timers={name.lower(): cycles for name, cycles in timers.items()},
                           **{name: value for name, value in given.items() if value is not None})
