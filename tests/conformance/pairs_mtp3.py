"""Steps for pairs of MTP level 3 that no sheet of Q.782 meets, in the words of its sheets: what comes while link 11 is
being inhibited or uninhibited (Q.704 clause 10), and orders that change nothing (12.2)."""

from __future__ import annotations

from switchsim.conformance.language import Deviation, Step, parse
from switchsim.conformance.q782.alone import AloneBench
from switchsim.conformance.q782.layouts import LAYOUTS
from switchsim.conformance.q782.play import Run
from switchsim.conformance.q782.player import Q782Player
from switchsim.conformance.q782.words import VOCABULARY
from switchsim.conformance.report import sheets_of
from switchsim.proto import mtp3
from switchsim.proto.mtp3.state import Box

PREAMBLES = sheets_of(Q782Player())[1]
LAYOUT = LAYOUTS["A2"]

_REQUESTS = {
    "inhibiting": ("in service", "! INHIBIT ON=11 / > LIN FOR=11", "< LIA ON=12 FOR=11 / ? INHIBITED ON=11"),
    "inhibiting again": ("in service", "! INHIBIT ON=11 / > LIN FOR=11 / T14 2..3s / > LIN FOR=11",
                         "< LIA ON=12 FOR=11 / ? INHIBITED ON=11"),
    "uninhibiting": ("link 11 inhibited", "! UNINHIBIT ON=11 / > LUN FOR=11",
                     "< LUA ON=12 FOR=11 / ? UNINHIBITED ON=11"),
    "uninhibiting again": ("link 11 inhibited", "! UNINHIBIT ON=11 / > LUN FOR=11 / T12 0.8..1.5s / > LUN FOR=11",
                           "< LUA ON=12 FOR=11 / ? UNINHIBITED ON=11"),
}  # fmt: skip
"""Name -> (precondition, the request, how it ends)."""
_NOTHING = {
    "inhibiting": ("! INHIBIT ON=11", "< LUA ON=12 FOR=11", "< LRT ON=12 FOR=11"),
    "uninhibiting": ("! INHIBIT ON=11", "! UNINHIBIT ON=11", "< LIA ON=12 FOR=11", "< LID ON=12 FOR=11",
                     "< LFU ON=12 FOR=11", "< LRT ON=12 FOR=11"),
}  # fmt: skip
"""A request that is under way is settled by its answer alone (10.2, 10.3)."""


def _changeback(name: str) -> str:
    """What follows once nobody inhibits the link any more (10.3.4)."""
    return " / > CBD ON=12 FOR=11 / < CBA ON=12 FOR=11" * name.startswith("uninhibiting")


def _inhibiting() -> dict[str, tuple[str, str]]:
    found = {}
    for name, (given, request, end) in _REQUESTS.items():
        for event in _NOTHING[name.partition(" ")[0]]:
            found[f"{name}: {event}"] = given, f"{request} / {event} / hold 300ms / {end}{_changeback(name)}"
        for event, answer in (("LIN", "LIA"), ("LUN", "LUA")):  # the far end's own requests are answered
            found[f"{name}: {event} answered"] = (
                given, f"{request} / < {event} ON=12 FOR=11 / > {answer} FOR=11 / may ? LINK / hold 300ms / {end}"
                       + _changeback(name) * (event == "LUN"))
        if name.startswith("inhibiting"):
            found[f"{name}: change of mind"] = given, f"{request} / ! UNINHIBIT ON=11 / > LUN FOR=11"
            found[f"{name}: forced back"] = given, f"{request} / < LFU ON=12 FOR=11 / > LUN FOR=11"
            found[f"{name}: refused"] = given, f"{request} / < LID ON=12 FOR=11 / ? DENIED-REMOTELY ON=11 / hold 3s"
    return found


SEQUENCES: dict[str, tuple[str, str]] = {
    **_inhibiting(),
    "activated twice": ("in service", "! ACTIVATE ON=11 / hold 1s"),
    "restarted with no link": ("nothing active", "! RESTART / hold 1s"),
    "restarted while it restarts": ("links available", "! RESTART / > TRA TO=2 / hold 1s / < TRA all / ? RESUME all"),
    "deactivated, not active": ("nothing active", "! DEACTIVATE ON=11 / hold 1s"),
}
"""Name -> (precondition, steps)."""


def play(name: str, met: list[tuple[Box, int, int]]) -> str:
    """Why the steps do not hold, empty when they do; `met` gets the pairs."""
    given, text = SEQUENCES[name]
    config = LAYOUT.mtp3(variant=mtp3.Variant.ITU14, timers={}, restricted=False, levels=False)
    bench = AloneBench(mtp3.Mtp3(mtp3.Mtp3State(), config, met), LAYOUT)
    run = Run(bench, False)
    steps: list[Step] = [step for number, one in enumerate(text.split(" / "))
                         if (step := parse(one, number, VOCABULARY))]  # fmt: skip
    try:
        run.steps(PREAMBLES[given])
        run.begins()
        run.steps(tuple(steps))
        run.end(steps[-1])
    except Deviation as deviation:
        return f"{deviation.step.text}: {deviation.reason}\n" + "\n".join(map(str, bench.log[-15:]))
    return ""


def walk() -> list[tuple[Box, int, int]]:
    """All pairs that these steps meet."""
    met: list[tuple[Box, int, int]] = []
    for name in SEQUENCES:
        play(name, met)
    return met
