"""Steps for the pairs of MTP level 2 that do something and that no sheet of Q.781 meets, in the words of its sheets."""

from __future__ import annotations

from switchsim.conformance.language import Deviation, parse
from switchsim.conformance.q781.bench import Bench
from switchsim.conformance.q781.play import Run
from switchsim.conformance.q781.wire import TerminalWire
from switchsim.conformance.q781.words import QUICK, VOCABULARY
from switchsim.proto import mtp2

_OUT = "! POWER-ON / < SIOS / > SIOS"
_READY = f"{_OUT} / ! EMERGENCY / ! START / > SIO / < SIO / > SIE / < SIE / > FISU"
_NOT_READY = f"{_OUT} / ! EMERGENCY / ! LPO / ! START / > SIO / < SIO / > SIE / < SIE / > SIPO"
_SERVICE = f"{_READY} / < FISU / ? IN-SERVICE"
_LPO = f"{_SERVICE} / ! LPO / > SIPO"
_RPO = f"{_SERVICE} / < SIPO / ? RPO"
_AGAIN = ("! POWER-ON / > SIOS / < SIOS / ! EMERGENCY / ! START / > SIO BSN=127 FSN=127 / < SIO BSN=127 BIB=1 FSN=127 "
          "FIB=1 / > SIE / < SIE / > FISU / < FISU / ? IN-SERVICE")  # fmt: skip
_IDLE = "! POWER-ON / ! FLUSH / ! CONTINUE"
_RETRIEVE = "! RETRIEVE-BSNT / ! RETRIEVE"
_FAILS = "> SIOS / ? OUT-OF-SERVICE"

SEQUENCES = {
    # a board that loses its power knows nothing afterwards, in any state
    "power off, out of service": f"{_OUT} / ! POWER-OFF / {_AGAIN}",
    "power off, aligning": f"{_OUT} / ! START / > SIO / ! POWER-OFF / wait 500ms / {_AGAIN}",
    "power off, aligned ready": f"{_READY} / ! POWER-OFF / {_AGAIN}",
    "power off, aligned not ready": f"{_NOT_READY} / ! POWER-OFF / {_AGAIN}",
    "power off, in service": f"{_SERVICE} / ! SEND / > MSU FSN=0 / > FISU FSN=0 / ! POWER-OFF / wait 300ms / "
                             f"{_AGAIN} / hold 200ms",
    "power off, processor outage": f"{_LPO} / ! POWER-OFF / {_AGAIN}",
    # 5.3: retrieval, while nothing can be sent
    "retrieval, out of service": f"{_SERVICE} / < MSU / ? MSU FSN=0 / > FISU BSN=0 / ! SEND x 3 / > MSU FSN=0..2 / "
                                 f"> FISU FSN=2 / < SIOS / {_FAILS} / ! RETRIEVE-BSNT / ? BSNT FSN=0 / "
                                 f"! RETRIEVE FSNC=0 / ? RETRIEVED DATA=1..2 / ? RETRIEVAL-COMPLETE",
    "retrieval, processor outage": f"{_SERVICE} / < MSU / ? MSU FSN=0 / ! SEND x 2 / > MSU FSN=0..1 / > FISU FSN=1 / "
                                   f"! LPO / > SIPO / ! RETRIEVE-BSNT / ? BSNT FSN=0 / ! RETRIEVE FSNC=0 / "
                                   f"? RETRIEVED DATA=1 / ? RETRIEVAL-COMPLETE",
    "retrieval, remote processor outage": f"{_SERVICE} / ! SEND x 2 / > MSU FSN=0..1 / > FISU FSN=1 / < SIPO / ? RPO / "
                                          f"! SEND / hold 50ms / ! RETRIEVE-BSNT / ? BSNT FSN=127 / "
                                          f"! RETRIEVE FSNC=0 / ? RETRIEVED DATA=1..2 / ? RETRIEVAL-COMPLETE / "
                                          f"> FISU FSN=0",
    # figure 8
    "stop, aligned ready": f"{_READY} / ! STOP / > SIOS",
    "SIN in service": f"{_SERVICE} / < SIN / {_FAILS}",
    "SIE in service": f"{_SERVICE} / < SIE / {_FAILS}",
    "SIO, processor outage": f"{_LPO} / < SIO / {_FAILS}",
    "SIN, processor outage": f"{_LPO} / < SIN / {_FAILS}",
    "SIE, processor outage": f"{_LPO} / < SIE / {_FAILS}",
    "SIOS, aligned": f"{_OUT} / ! START / > SIO / < SIO / > SIN / < SIOS / {_FAILS}",
    # 8: messages wait, and go out or are forgotten
    "a message before the start": f"! SEND / {_SERVICE} / hold 100ms",
    "a message while aligning": f"{_OUT} / ! EMERGENCY / ! START / > SIO / ! SEND / < SIO / > SIE / < SIE / > FISU / "
                                f"< FISU / ? IN-SERVICE / > MSU FSN=0 DATA=0 / > FISU FSN=0 / < FISU BSN=0 / hold 50ms",
    "a message, aligned ready": f"{_READY} / ! SEND / < FISU / ? IN-SERVICE / > MSU FSN=0 DATA=0 / "
                                 f"> FISU FSN=0 / < FISU BSN=0",
    "flush, processor outage": f"{_SERVICE} / ! LPO / > SIPO / ! SEND / ! FLUSH / ? RTB-CLEARED / ! LPR / ! CONTINUE / "
                               f"> FISU / hold 50ms",
    "flush, remote processor outage": f"{_RPO} / ! SEND / hold 50ms / ! FLUSH / ? RTB-CLEARED / < FISU / ? RPR / "
                                      f"! CONTINUE / hold 50ms",
    "asked again, processor outage": f"{_SERVICE} / ! SEND / > MSU FSN=0 / > FISU FSN=0 / ! LPO / > SIPO / "
                                     f"< FISU BSN=127 BIB=0 x 3 / hold 50ms",
    "asked again, remote processor outage": f"{_SERVICE} / ! SEND / > MSU FSN=0 / > FISU FSN=0 / < SIPO / ? RPO / "
                                            f"< FISU BSN=127 BIB=0 / ? RPR / hold 50ms / ! CONTINUE / "
                                            f"> MSU FSN=0 DATA=0 / > FISU FSN=0 FIB=0 / < FISU BSN=0 BIB=0",
    # 9: congestion of the receiver
    "congestion, remote processor outage": f"{_RPO} / ! CONGESTED / > SIB / > FISU / ! CONGESTION-ENDS / hold 300ms",
    "congestion, processor outage": f"{_LPO} / ! CONGESTED / hold 50ms / ! CONGESTION-ENDS / hold 50ms",
    "congestion, out of service": f"{_OUT} / ! CONGESTED / hold 300ms / ! CONGESTION-ENDS / hold 300ms",
    "congestion twice": f"{_SERVICE} / ! CONGESTED / > SIB / > FISU / ! CONGESTED / T5 0..100ms / > SIB / "
                        f"! CONGESTION-ENDS / > FISU / hold 300ms",
    # orders that mean nothing in a state
    "no power": "! POWER-OFF / ! START / ! STOP / ! EMERGENCY / ! EMERGENCY-CEASES / ! LPO / ! LPR / ! FLUSH / "
                "! CONTINUE / ! RETRIEVE-BSNT / ! RETRIEVE / ! POWER-ON / < SIOS / > SIOS / ! START / > SIO / < SIO / "
                "> SIN / < SIN / T4n 0..1s / > FISU / < FISU / ? IN-SERVICE",
    "idle orders, out of service": f"{_OUT} / {_IDLE} / hold 50ms",
    "idle orders, aligning": f"{_OUT} / ! START / > SIO / {_IDLE} / {_RETRIEVE} / hold 50ms",
    "idle orders, aligned ready": f"{_READY} / {_IDLE} / {_RETRIEVE} / hold 50ms",
    "idle orders, aligned not ready": f"{_NOT_READY} / {_IDLE} / {_RETRIEVE} / hold 50ms",
    "idle orders, in service": f"{_SERVICE} / {_IDLE} / ! RETRIEVE / hold 50ms",
    "power on, processor outage": f"{_LPO} / ! POWER-ON / hold 50ms",
    # 10: both processors
    "outage told twice": f"{_RPO} / ! LPO / > SIPO / ! LPO / hold 50ms",
    "both processors out, then stop": f"{_RPO} / ! LPO / > SIPO / ! STOP / > SIOS",
    "BSNT, in service": f"{_SERVICE} / < MSU / ? MSU FSN=0 / > FISU BSN=0 / ! RETRIEVE-BSNT / hold 50ms",
}  # fmt: skip

LATE = [
    ("suerm_failure", ""), ("suerm_failure", _OUT), ("suerm_failure", f"{_OUT} / ! START / > SIO"),
    *((method, before) for method in ("aerm_abort", "correct_su")
      for before in (_OUT, f"{_OUT} / ! START / > SIO", f"{_OUT} / ! START / > SIO / < SIO / > SIN")),
    ("low", ""),
]  # fmt: skip
"""Reports of a terminal that belong to a time before (10.2, 10.3): nothing follows."""


def play(steps: str, met: list[tuple[str, int, mtp2.Event]], late: str = "") -> str:
    """Why the steps do not hold, empty when they do; `met` gets the pairs. late: a report that comes after them."""
    link = mtp2.Link(mtp2.LinkState(), mtp2.LinkConfig(
        timers={name.lower(): cycles for name, cycles in QUICK.items()}), met)  # fmt: skip
    run = Run(Bench(TerminalWire(slow=False), link), QUICK)
    parsed = tuple(step for number, text in enumerate(steps.split(" / ")) if (step := parse(text, number, VOCABULARY)))
    try:
        run.steps(parsed)
        if late:
            assert list(getattr(link, late)()) == [], late
        elif parsed:
            run.end(parsed[-1])
    except Deviation as deviation:
        return f"{deviation.step.text}: {deviation.reason}\n" + "\n".join(map(str, run.bench.log[-15:]))
    return ""


def walk() -> list[tuple[str, int, mtp2.Event]]:
    """All pairs that these steps meet."""
    met: list[tuple[str, int, mtp2.Event]] = []
    for steps in SEQUENCES.values():
        play(steps, met)
    for method, before in LATE:
        play(before, met, method)
    return met
