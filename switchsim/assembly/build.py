"""A machine file becomes a machine, a plant file several: drafted, then built around one native core and one kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from switchsim.assembly.bit_tests import BitTestWanted
from switchsim.assembly.built import Machine
from switchsim.assembly.draft import Attachment, draft
from switchsim.assembly.erect import erect
from switchsim.assembly.loads import LoadWanted
from switchsim.assembly.people import AgentWanted
from switchsim.assembly.plant import is_plant, read_members
from switchsim.assembly.plants import build_plant
from switchsim.assembly.shipped import folder
from switchsim.assembly.surroundings import place_loads
from switchsim.assembly.taps import count_taps
from switchsim.assembly.wish import Wish
from switchsim.assembly.yamlfile import Document, read
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import Engine, philox
from switchsim.kernel.journal import Checkpoint
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
    listen: Sequence[str] = (),
    capture: Sequence[str] = (),
    tests: Sequence[BitTestWanted] = (),
    attached: Sequence[Attachment] = (),
    kinds: Sequence[Path] = (),
    listeners: Listeners = NO_LISTENERS,
    journal_sink: Callable[[bytes], object],
    second_sink: Callable[[Checkpoint], object] = lambda _: None,
    batch: int = DEFAULT_BATCH,
    bits: bool = False,
) -> Machine:
    """The machine of a file, with its load and its people; not yet switched on. What is wanted of it: see Wish.

    Raises BadInput with everything that does not fit.
    """
    wish = Wish(
        seed=seed, load=tuple(load), agents=tuple(agents), record=tuple(record), listen=tuple(listen),
        capture=tuple(capture), tests=tuple(tests), attached=tuple(attached), kinds=tuple(kinds),
        listeners=listeners, journal_sink=journal_sink, second_sink=second_sink, batch=batch, bits=bits,
    )  # fmt: skip
    document = read(machine)
    if is_plant(document):
        members = read_members(document, (machine.parent, folder("boards") / "machines"))
        plant = build_plant(members, wish)
        plant.files.insert(0, ("machine", machine.name, document.octets))
        return plant
    return _alone(machine, document, wish)


def _alone(machine: Path, document: Document, wish: Wish) -> Machine:
    one = draft(machine, document, wish.kinds, attached=wish.attached, recorders=len(wish.record),
                taps=count_taps(wish.capture), meters=len(wish.listen), listeners=wish.listeners,
                tests=wish.tests)  # fmt: skip
    engine = Engine(one.layout.engine, Assets(one.sounds, list(one.tone_set.tones.values())))
    kernel = Kernel(engine, wish.journal(), Streams(wish.seed, philox), tick=one.spec.tick, batch=wish.batch)
    built = erect(one, kernel, engine, wish)
    built.listen_beside()
    place_loads(kernel, built.exchanges, one.cues, wish.load)
    return built
