"""A machine file becomes a machine: drafted, then built around one native core and one kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from switchsim.assembly.built import Machine
from switchsim.assembly.cautions import timer_warnings
from switchsim.assembly.draft import Attachment, Draft, draft
from switchsim.assembly.layout import heard_by
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.places import FaultPlaces
from switchsim.assembly.platform import PlatformBuilder
from switchsim.assembly.rack import RackBuilder
from switchsim.assembly.surroundings import Surroundings, place_loads
from switchsim.assembly.yamlfile import read
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import Engine, philox
from switchsim.kernel.journal import Checkpoint, Journal
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import DEFAULT_BATCH, Kernel
from switchsim.model.outside import NO_LISTENERS, Listeners


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

    listeners: interfaces to outside programs. record: people whose audio is kept (`agent 1001`, `caller e1-0:5`).
    kinds: folders with further board kinds.
    Raises BadInput with everything that does not fit.
    """
    document = read(machine)
    one = draft(machine, document, kinds=kinds, attached=attached, recorders=len(record), listeners=listeners)
    engine = Engine(one.layout.engine, Assets(one.sounds, list(one.tone_set.tones.values())))
    journal = Journal(journal_sink, second_sink)
    kernel = Kernel(engine, journal, Streams(seed, philox), tick=one.spec.tick, batch=batch)
    return erect(one, kernel, engine, load=load, agents=agents, record=record, attached=attached, listeners=listeners)


def erect(
    one: Draft, kernel: Kernel, engine: Engine, *, load: Sequence[LoadWanted], agents: Sequence[AgentWanted],
    record: Sequence[str], attached: Sequence[Attachment], listeners: Listeners,
) -> Machine:  # fmt: skip
    """Put the parts of a draft into a kernel."""
    spec, layout = one.spec, one.layout
    racks = RackBuilder(spec, layout, one.planner, kernel, engine)
    racks.build(tuple(len(sound) for sound in one.sounds))
    platform = PlatformBuilder(one, racks.rack, kernel, engine, listeners)
    platform.build()
    around = Surroundings(spec, layout, racks.rack, kernel, engine, list(one.tone_set.tones))

    built = Machine(kernel, engine, spec, layout, FaultPlaces(layout, one.planner))
    built.faults.processes = platform.names
    built.attached = around.build(load, agents, attached)
    built.warnings = timer_warnings(spec.ss7, one.document.lines)
    built.files = one.files
    place_loads(kernel, racks.rack.exchanges, tuple(spec.prompts), load)
    built.recorded = [(who.replace(" ", "-").replace(":", "-"), heard_by(layout, who)) for who in record]
    return built
