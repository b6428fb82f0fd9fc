"""Tables of faults with parameters, for docs/reference/faults.md: of signalling links, the platform, its interfaces."""

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


def _told(row: ParameterFault) -> str:
    from switchsim.assembly.parameters import describe_parameters

    return "; ".join(f"`{name}` {cell(text)}" for name, text in describe_parameters(row).items()) or "-"
