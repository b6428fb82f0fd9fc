"""A machine file becomes a machine: read, reviewed, laid out, then built around one native core and one kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from switchsim.assembly.built import Machine
from switchsim.assembly.cautions import timer_warnings
from switchsim.assembly.kinds import load_kinds
from switchsim.assembly.layout import LINE_CELLS, heard_by
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.machine import MachineFile, Reviewer
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.places import FaultPlaces
from switchsim.assembly.planner import Planner
from switchsim.assembly.platform import PlatformBuilder
from switchsim.assembly.rack import RackBuilder
from switchsim.assembly.sounds import load_prompts, load_tones
from switchsim.assembly.surroundings import Surroundings
from switchsim.assembly.yamlfile import read
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import Engine, philox
from switchsim.errors import BadInput
from switchsim.kernel.journal import Checkpoint, Journal
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import DEFAULT_BATCH, Kernel
from switchsim.model.outside import Listeners

NO_LISTENERS = Listeners()
Attachment = tuple[str, int, str]
"""(line, timeslot, mode): an outside program is the far end of that timeslot."""


def build(
    machine: Path,
    *,
    seed: int,
    load: Sequence[LoadWanted] = (),
    agents: Sequence[AgentWanted] = (),
    record: Sequence[str] = (),
    attached: Sequence[Attachment] = (),
    kinds: Sequence[Path] = (),
    listeners: Listeners = NO_LISTENERS,
    journal_sink: Callable[[bytes], object],
    second_sink: Callable[[Checkpoint], object] = lambda _: None,
    batch: int = DEFAULT_BATCH,
) -> Machine:
    """The machine of a file, with its load and its people; not yet switched on.

    listeners: interfaces to outside programs.
    record: people whose audio is kept (`agent 1001`, `caller e1-0:5`). kinds: folders with further board kinds.
    Raises BadInput with everything that does not fit.
    """
    document = read(machine)
    spec, lines = document.validate(MachineFile), document.lines
    known = load_kinds(kinds)
    Reviewer(spec, lines, known).review()
    _check(spec, attached)
    tone_set, prompts = load_tones(spec, lines, machine), load_prompts(spec, lines, machine)
    tones = tone_set.tones
    planner = Planner(spec, known, list(tones), {f"{ln}:{ts}": mode for ln, ts, mode in attached}, len(record))
    layout = planner.plan()

    octets = [sound for _, sound in prompts.values()]
    engine = Engine(layout.engine, Assets(octets, list(tones.values())))
    kernel = Kernel(engine, Journal(journal_sink, second_sink), Streams(seed, philox), tick=spec.tick, batch=batch)
    racks = RackBuilder(spec, layout, planner, kernel, engine)
    racks.build(tuple(len(sound) for sound in octets))
    PlatformBuilder(spec, layout, racks.rack, kernel, engine, listeners).build()
    around = Surroundings(spec, layout, racks.rack, kernel, engine, list(tones))

    built = Machine(kernel, engine, spec, layout, FaultPlaces(layout, planner))
    built.attached = around.build(load, agents, attached)
    built.warnings = timer_warnings(spec.ss7, lines)
    used = sorted({name for frame in spec.rack.values() for name in frame.slots.values()})
    built.files = [("machine", machine.name, document.octets), ("tones", tone_set.file, tone_set.octets)]
    built.files += [("kind", *file) for name in used for file in known[name].files]
    built.files += [("prompt", spec.prompts[name], path.read_bytes()) for name, (path, _) in prompts.items()]
    built.recorded = [(who.replace(" ", "-").replace(":", "-"), heard_by(layout, who)) for who in record]
    return built


def _check(spec: MachineFile, attached: Sequence[Attachment]) -> None:
    """Attachments name a line and a timeslot that are there."""
    names = dict(spec.line_names())
    for line, timeslot, _ in attached:
        if line not in names:
            raise BadInput.one("--attach", f"no line {line!r}", f"one of {', '.join(names)}")
        if not 1 <= timeslot < LINE_CELLS:
            raise BadInput.one("--attach", f"no timeslot {timeslot}", f"1..{LINE_CELLS - 1}")
