"""A draft becomes parts in a kernel."""

from __future__ import annotations

from switchsim.assembly.bit_tests import build_tests
from switchsim.assembly.built import Machine
from switchsim.assembly.cautions import r2_timer_warnings, timer_warnings
from switchsim.assembly.draft import Draft
from switchsim.assembly.far_lines import FarLines
from switchsim.assembly.meters import build_meters
from switchsim.assembly.places import FaultPlaces
from switchsim.assembly.platform import PlatformBuilder
from switchsim.assembly.rack import RackBuilder
from switchsim.assembly.sounds import sound_warnings
from switchsim.assembly.surroundings import Surroundings
from switchsim.assembly.taps import frame_taps, heard_by, sound_name
from switchsim.assembly.wish import Wish
from switchsim.dsp.engine import Engine
from switchsim.kernel.scheduler import Kernel


def erect(one: Draft, kernel: Kernel, engine: Engine, wish: Wish) -> Machine:
    """Put the parts of a draft into a kernel, all but the loads; raises BadInput."""
    spec, layout = one.spec, one.layout
    racks = RackBuilder(spec, layout, one.planner, kernel, engine, wish.bits)
    racks.build(tuple(len(sound) for sound in one.sounds))
    platform = PlatformBuilder(one, racks.rack, kernel, engine, wish.listeners)
    platform.build()
    FarLines(spec, layout, racks.rack, kernel, engine, wish.bits).build()
    build_tests(layout, kernel, engine)
    around = Surroundings(spec, layout, racks.rack, kernel, engine, list(one.tone_set.tones), one.cues)

    built = Machine(kernel, engine, spec, layout, FaultPlaces(layout, one.planner))
    built.faults.processes = platform.names
    built.exchanges = racks.rack.exchanges
    built.attached = around.build(wish.load, wish.agents, wish.attached)
    lines = one.document.lines
    built.warnings = timer_warnings(spec.ss7, lines) + r2_timer_warnings(spec.lines, lines)
    built.warnings += sound_warnings(one.prompts, lines)
    built.files = one.files
    built.recorded = [(sound_name(who), heard_by(layout, who)) for who in wish.record]
    build_meters(layout, one.tone_set, wish.listen, kernel, engine)
    built.frame_taps = frame_taps(layout, wish.capture)
    return built
