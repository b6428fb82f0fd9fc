"""Tables of faults with parameters, for docs/reference/faults.md: of links, E1 lines, the platform, interfaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from docs_models import cell

if TYPE_CHECKING:
    from switchsim.faults.catalogue import ParameterFault


def link_faults() -> Iterator[str]:
    """The faults of signalling links, with every parameter."""
    from switchsim.assembly.parameters import describe_parameters
    from switchsim.faults.signalling import LINK_FAULTS, WHICH, WHICH3

    yield from (
        "", "# Faults of signalling links", "",
        "`where: {link: e1-0:16, end: far}` names one end of a No.7 link; `end` is `machine`, `far` or a point of the",
        "far end. They act on what that end sends, with `direction: received` on what reaches it. None has to show an",
        "alarm: a link that is lost for long raises `signalling_link_lost`. A fault that meets units fires with the",
        "first one; `unit_tampered` tells of each. *Which units*: all of those below.", "",
        "| fault | what breaks | parameters |", "|---|---|---|")
    whole = (describe_parameters(LINK_FAULTS["unit_drop"]), describe_parameters(LINK_FAULTS["message_drop"]))
    for row in LINK_FAULTS.values():
        told = describe_parameters(row)
        which = any(set(one) <= set(row.parameters) for one in (WHICH, WHICH3))
        own = [f"`{name}` {cell(text)}" for name, text in told.items() if not which or name not in whole[0]]
        yield f"| `{row.name}` | {cell(row.text)} | {'; '.join(['*which units*'] * which + own) or '-'} |"
    yield from ("", "## Which units", "", "| parameter | may be | |", "|---|---|---|")
    for name, text in whole[0].items():
        yield f"| `{name}` | {cell(text)} | {UNITS_MET[name]} |"


UNITS_MET: Final = {
    "direction": "sent by this end, or reaching it",
    "unit": "fisu, lssu, msu, or a status: sio, sin, sie, sios, sipo, sib; not for messages",
    "message": "IAM, REL, ..., COO, SLTM, ..., TUP_IAM, ...", "cic": "circuit", "dpc": "destination point code",
    "opc": "originating point code", "skip": "so many are spared first", "every": "then one of so many is met",
    "count": "so many in all; 0: no end",
}
"""What the parameters say that choose units."""


def line_faults() -> Iterator[str]:
    """The faults of E1 lines: which opportunities an error meets, and what each row breaks."""
    from switchsim.assembly.parameters import describe_parameters
    from switchsim.faults.line import LINE_FAULTS, MODES, TAKES, WHEN

    whole = describe_parameters(LINE_FAULTS["logic_errors"])
    yield from (
        "", "# Faults of E1 lines", "",
        "`where: {line: e1-0}`; `direction: received` is what comes from the far end, `sent` what the machine sends.",
        "Single errors raise no alarm: they are counted (`line_measured`, `line_threshold`), or the receiver tells of",
        "them (`line_status`, `line_unavailable`). *Which ones*: as below.", "",
        "| fault | what breaks | parameters | needs | alarms |", "|---|---|---|---|---|")
    for row in LINE_FAULTS.values():
        which = set(WHEN) <= set(row.parameters)
        own = [f"`{name}` {cell(text)}" for name, text in describe_parameters(row).items()
               if name != "direction" and not (which and name in WHEN)]
        alarms = "; ".join(f"`{one}`{how}" for one, how in zip(row.alarms, ("", " with `sent`"), strict=False))
        told = "; ".join(["*which ones*"] * which + own) or "-"
        yield f"| `{row.name}` | {cell(row.text)} | {told} | {row.needs or '-'} | {alarms or '-'} |"
    yield from ("", "## Which ones", "", "| parameter | may be |", "|---|---|")
    yield from (f"| `{name}` | {cell(whole[name])} |" for name in WHEN)
    yield from ("", "| mode | needs | may have | meets |", "|---|---|---|---|")
    for mode in MODES:
        needs, may = (", ".join(f"`{name}`" for name in names) or "-" for names in TAKES[mode])
        yield f"| `{mode}` | {needs} | {may} | {MODES_MEET[mode]} |"


MODES_MEET: Final = {
    "single": "one opportunity, after `skip`", "count": "`count` of them, `spacing` apart (100 when nothing is said)",
    "burst": "`count` running", "rate": "evenly spaced ones, to the nearest whole number of opportunities",
    "random": "each at chance, of this rate in the mean", "continuous": "every one, until healed",
}
"""What each mode of an error means."""


def clock_faults() -> Iterator[str]:
    """The faults of clocks."""
    from switchsim.faults.clock import CLOCK_FAULTS

    yield from (
        "", "# Faults of clocks", "",
        "`where: {clock: machine}` is the first clock board, `{clock: frame/0/slot/7}` one of them, and with a line,",
        "`{clock: e1-0}`, what stands at its far end; in a plant of several machines `{clock: north/machine}`. What",
        "follows is what differing clocks lead to: slips (`line_slip`), another reference, holdover. A dead input of a",
        "clock board is `clock_reference_lost`, `where: {board: frame/0/slot/7}`, `values: {reference: 1}`.", "",
        "| fault | what breaks | parameters |", "|---|---|---|")
    for row in CLOCK_FAULTS.values():
        yield f"| `{row.name}` | {cell(row.text)} | {_told(row)} |"


def platform_faults() -> Iterator[str]:
    """Of processes, and of the ways between them."""
    from switchsim.faults.platform import PLATFORM_FAULTS

    yield from (
        "", "# Faults of the platform", "",
        "`where: {process: ccs/a}` names a process, `where: {from: ccs/a, to: ccs/b}` the way of its letters to",
        "another. A process that has a lamp on the monitor (MDS) and is gone for long raises `process_lost`,",
        "CTI-SERVER `platform_link_lost`; what the faults are noticed by otherwise stands below. How processes live:",
        "[platform.md](../platform.md).", "",
        "| fault | what breaks | where | parameters | noticed by |", "|---|---|---|---|---|")
    for row in PLATFORM_FAULTS.values():
        where = "`from`, `to`" if row.target == "way" else f"`process`{f' of the kind {row.of}' if row.of else ''}"
        seen = ", ".join(f"`{one}`" for one in (*row.alarms, *row.shows))
        yield f"| `{row.name}` | {cell(row.text)} | {where} | {_told(row)} | {seen} |"


def interface_faults() -> Iterator[str]:
    """Of the interfaces to outside programs."""
    from switchsim.faults.interfaces import INTERFACE_FAULTS

    yield from (
        "", "# Faults of interfaces", "",
        "`where: {interface: ami, client: 0}`: they act between the interface and its client. The machine stays as it",
        "is: who asks anew is told the truth. Each fires with its first act, `interface_tampered` tells of all.", "",
        "| fault | what breaks | of | parameters |", "|---|---|---|---|")
    for row in INTERFACE_FAULTS.values():
        yield f"| `{row.name}` | {cell(row.text)} | {', '.join(row.interfaces)} | {_told(row)} |"


def r2_faults() -> Iterator[str]:
    """Of R2 signalling, done by the exchange at the far end."""
    from switchsim.faults.r2 import R2_FAULTS

    yield from (
        "", "# Faults of R2 signalling", "",
        "`where: {line: e1-0, timeslot: 5}`, timeslot 0 for all circuits of the line: what the exchange at its far end",
        "does wrongly, between its protocol and the line. Of the signals that a fault could meet `skip` are spared,",
        "then it meets `count` (0: all). Each fires with the first one; the machine tells of it as `violated` and ends",
        "the call.", "",
        "| fault | what breaks | parameters |", "|---|---|---|")
    for row in R2_FAULTS.values():
        yield f"| `{row.name}` | {cell(row.text)} | {_told(row)} |"


def tone_faults() -> Iterator[str]:
    """Of the speech paths of circuits."""
    from switchsim.faults.tones import TONE_FAULTS

    yield from (
        "", "# Faults of speech paths", "",
        "`where: {line: e1-0}`; `direction: received` is what comes from the far end, `sent` what the machine sends;",
        "`timeslots` are the circuits, `5` or `1-15,17`, without it all of the line. They touch nothing but the sound:",
        "digits are misheard, prompts not recognised, signalling goes on; nobody raises an alarm. At most 64",
        "directions of circuits of a machine are impaired at the same time. Several faults of one path act in this",
        "order: twist, level, offset, clipping, echo; then a third tone, noise and break-in are added; then recoding;",
        "then drop-outs.",
        "", "| fault | what becomes of the sound | parameters |", "|---|---|---|")
    for row in TONE_FAULTS.values():
        told = "; ".join(part for part in _told(row).split("; ") if not part.startswith(("`direction`", "`timeslots`")))
        yield f"| `{row.name}` | {cell(row.text)} | {told or '-'} |"


def _told(row: ParameterFault) -> str:
    from switchsim.assembly.parameters import describe_parameters

    return "; ".join(f"`{name}` {cell(text)}" for name, text in describe_parameters(row).items()) or "-"
