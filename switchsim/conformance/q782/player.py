"""Sheets of Q.782: reads their configuration, sets up a bench, plays, judges; compares what two benches logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from switchsim.assembly.yamltypes import Strict
from switchsim.conformance.language import Deviation
from switchsim.conformance.q782.alone import AloneBench
from switchsim.conformance.q782.bench import Bench
from switchsim.conformance.q782.layouts import LAYOUTS
from switchsim.conformance.q782.native import NativeBench
from switchsim.conformance.q782.play import Run
from switchsim.conformance.q782.words import VOCABULARY, Q782Config
from switchsim.conformance.reader import PREAMBLES, Sheet, Steps
from switchsim.conformance.verdict import LogLine, Result, Verdict
from switchsim.proto import mtp3

BENCHES: Final[dict[str, type[Bench]]] = {"alone": AloneBench, "native": NativeBench}


class Q782Player:
    """Benches: `alone`, level 3 over a level 2 that is played; `native`, over level 2 and signalling terminals."""

    standard = "Q.782"
    folder = "q782"
    vocabulary = VOCABULARY
    config_model: type[Strict] = Q782Config
    benches: Sequence[str] = tuple(BENCHES)
    usual: Sequence[str] = ("alone",)

    def play(self, sheet: Sheet, bench: str, preambles: Mapping[str, Steps],
             point_class: type[mtp3.Mtp3] = mtp3.Mtp3) -> Result:
        """The verdict; a deviation on the way to the precondition leaves the sheet inconclusive."""
        if sheet.not_applicable:
            return Result(Verdict.NOT_APPLICABLE, reason=sheet.not_applicable)
        if sheet.only and sheet.only != bench:
            return Result(Verdict.NOT_APPLICABLE, reason=sheet.only_because)
        config: Q782Config = sheet.config
        layout = LAYOUTS[config.layout]
        board = BENCHES[bench](point_class(mtp3.Mtp3State(), point_config(config)), layout)
        return _judged(sheet, preambles[sheet.given], Run(board, config.lossy))


def _judged(sheet: Sheet, preamble: Steps, run: Run) -> Result:
    """Play the way to the precondition, then the sheet."""
    file, bad = str(Path(sheet.file).with_name(PREAMBLES)), Verdict.INCONCLUSIVE
    log = run.bench.log
    try:
        run.steps(preamble)
        run.begins()
        file, bad = sheet.file, Verdict.FAILED
        run.steps(sheet.steps)
        run.end(sheet.steps[-1])
    except Deviation as deviation:
        step = deviation.step
        return Result(bad, f"{file}:{step.line}", f"{step.text!r}: {deviation.reason}", tuple(log))
    return Result(Verdict.PASSED, log=tuple(log))


def point_config(config: Q782Config) -> mtp3.Mtp3Config:
    """The signalling point as a sheet sets it up."""
    timers = {(f"slt_{name[:2].lower()}" if name[-1] == "t" else name.lower()): cycles
              for name, cycles in config.timers.items()}
    variant = mtp3.Variant.CHINA24 if config.variant == "china" else mtp3.Variant.ITU14
    return LAYOUTS[config.layout].mtp3(variant=variant, timers=timers, restricted=config.restricted,
                                       levels=config.levels)


def first_difference(ours: Sequence[LogLine], theirs: Sequence[LogLine]) -> str:
    """Where two benches' logs part, empty: nowhere.

    Messages of each link and direction, orders, and indications but those of links are compared each for itself: level
    2 takes different times on the benches, so what is on different links has no order.
    """
    for key in sorted({_stream(line) for line in (*ours, *theirs)} - {""}):
        left, right = ([line for line in log if _stream(line) == key] for log in (ours, theirs))
        for one, other in zip(left, right, strict=False):
            if (one.octets, one.text) != (other.octets, other.text):
                return f"{key}: {one} | {other}"
        if len(left) != len(right):
            longer = left if len(left) > len(right) else right
            return f"{key}: one log goes on with {longer[min(len(left), len(right))]}"
    return ""


def _stream(line: LogLine) -> str:
    if line.sort in "<>":
        return f"{line.sort} {line.text.partition(' ')[0]}"
    return "" if line.text.startswith("LINK") else line.sort
