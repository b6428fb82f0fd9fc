"""Voice processors: what is wrong with their lines in a machine file, and what each of them is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from switchsim.assembly.signalling import LineSignalling, VpSpec, Wrong
from switchsim.callcentre.vp import Vp
from switchsim.callcentre.vp_state import LineOfVp, UnitsOfChannel, VpConfig

if TYPE_CHECKING:
    from switchsim.assembly.layout import Layout
    from switchsim.assembly.machine import MachineFile
    from switchsim.dsp.engine import Engine
    from switchsim.kernel.scheduler import Kernel

MOST_CARDS: Final = 4
"""E1 cards that a voice processor takes."""


def vp_name(number: int) -> str:
    """The name of a voice processor among the processes of the platform."""
    return f"vp/{number}"


def voice_problems(rows: Iterable[tuple[tuple[str, ...], LineSignalling]], has_platform: bool) -> list[Wrong]:
    """rows: names and signalling of each entry of `lines`. What no voice processor could be."""
    found: list[Wrong] = []
    cards: dict[int, int] = {}
    for index, (names, spec) in enumerate(rows):
        if not isinstance(spec, VpSpec):
            continue
        where = ("lines", index, "signalling", "vp")
        cards[spec.vp] = cards.get(spec.vp, 0) + len(names)
        if cards[spec.vp] > MOST_CARDS:
            what = f"{cards[spec.vp]} lines to voice processor {spec.vp}"
            found.append((where, what, f"at most {MOST_CARDS} E1 cards; take another vp"))
        if not has_platform:
            found.append((where, f"{names[0]} leads to a voice processor, but there is no platform", "a `platform`"))
    return found


def lines_of_processors(layout: Layout) -> dict[int, tuple[LineOfVp, ...]]:
    """Number of each voice processor -> its lines, in the order of its cards, with their channels' native units."""
    found: dict[int, list[LineOfVp]] = {}
    for line in layout.lines:
        if isinstance(line.signalling, VpSpec):
            channels = tuple(
                UnitsOfChannel(timeslot, units.source, units.receiver, units.recorder, line.far_tx_cell + timeslot,
                               line.far_rx_cell + timeslot)
                for (name, timeslot), units in layout.voice.items() if name == line.name
            )  # fmt: skip
            found.setdefault(line.signalling.vp, []).append(LineOfVp(line.name, channels))
    return {number: tuple(lines) for number, lines in sorted(found.items())}


def places_of_lines(lines: Mapping[int, Iterable[LineOfVp]]) -> dict[str, str]:
    """Line -> place of the voice processor at its far end."""
    return {line.name: f"callcentre/{vp_name(number)}" for number, rows in lines.items() for line in rows}


def voice_processors(spec: MachineFile, layout: Layout, kernel: Kernel, engine: Engine, watchers: tuple[str, ...]
                     ) -> list[Vp]:  # fmt: skip
    """The voice processors, added to the kernel. watchers: processes to which they say that they live."""
    assert spec.platform is not None, "voice processors without a platform"
    sounds = {name: index for index, name in enumerate(spec.prompts)}
    settings = spec.platform.voice
    found = []
    for number, lines in lines_of_processors(layout).items():
        config = VpConfig(lines, sounds, engine.assets.prompt_octets, watchers, settings.room, settings.record_limit)
        processor = Vp(f"callcentre/{vp_name(number)}", kernel, engine, config)
        kernel.add(processor)
        for kind, unit in processor.of_unit:
            kernel.own_media((kind,), unit, processor.path)
        found.append(processor)
    return found
