"""A machine file read, reviewed and laid out: everything but the parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from switchsim.assembly.bit_tests import BitTestWanted
from switchsim.assembly.ccs_review import review_configuration
from switchsim.assembly.flow_review import compile_flows
from switchsim.assembly.kinds import LoadedKind, load_kinds
from switchsim.assembly.layout import BITS_TIMESLOT, LINE_CELLS, Layout
from switchsim.assembly.machine import MachineFile, Reviewer
from switchsim.assembly.planner import Planner
from switchsim.assembly.platform_file import load_shared
from switchsim.assembly.r2 import R2Spec
from switchsim.assembly.services import ClearStep, IvrStep
from switchsim.assembly.sounds import ToneSet, load_prompts, load_tones
from switchsim.assembly.wav import Sound, as_file
from switchsim.assembly.yamlfile import Document
from switchsim.errors import BadInput
from switchsim.farend.attached import CAS
from switchsim.model.outside import NO_LISTENERS, Listeners
from switchsim.units import seconds

TEMPORARY_FAILURE, SERVER_CYCLES = 41, seconds(10)
Attachment = tuple[str, int, str]
"""(line, timeslot, mode): an outside program is the far end of that timeslot."""


@dataclass(frozen=True)
class Draft:
    """One machine on paper. prompts: name -> file and sound, in the order in which they are numbered.

    shared: the platform's shared folder as its processes see it (`ICDCONFIG/ccs.ini` -> octets, flows compiled);
    shared_files: as it lies on disk.
    """

    path: Path
    document: Document
    spec: MachineFile
    kinds: dict[str, LoadedKind]
    tone_set: ToneSet
    prompts: dict[str, tuple[Path, Sound]]
    planner: Planner
    layout: Layout
    shared: dict[str, bytes]
    shared_files: dict[str, bytes]

    @property
    def sounds(self) -> list[bytes]:
        return [sound.octets for _, sound in self.prompts.values()]

    @property
    def cues(self) -> dict[str, dict[str, int]]:
        """Prompt -> cue point -> octet at which it lies."""
        return {name: sound.cues for name, (_, sound) in self.prompts.items()}

    @property
    def files(self) -> list[tuple[str, str, bytes]]:
        """(role, name, octets) of every file that it is a function of; of a converted prompt what it was made."""
        spec = self.spec
        used = sorted({name for frame in spec.rack.values() for name in frame.slots.values()})
        rows = [("machine", self.path.name, self.document.octets), ("tones", self.tone_set.file, self.tone_set.octets)]
        rows += [("kind", *file) for name in used for file in self.kinds[name].files]
        rows += [("prompt", spec.prompts[name], as_file(sound) if sound.converted else path.read_bytes())
                 for name, (path, sound) in self.prompts.items()]  # fmt: skip
        below = spec.platform.shared if spec.platform is not None else ""
        return rows + [("shared", f"{below}/{name}", octets) for name, octets in self.shared_files.items()]


def draft(
    path: Path, document: Document, kinds: Sequence[Path], *, attached: Sequence[Attachment], recorders: int,
    taps: int = 0, meters: int = 0, listeners: Listeners = NO_LISTENERS, tests: Sequence[BitTestWanted] = (),
) -> Draft:  # fmt: skip
    """Read, review, lay out a machine that stands alone; raises BadInput with everything that does not fit."""
    spec = document.validate(MachineFile)
    return lay_out(path, document, spec, kinds, recorders=recorders, taps=taps, meters=meters, attached=attached,
                   listeners=listeners, tests=tests)


def lay_out(
    path: Path, document: Document, spec: MachineFile, kinds: Sequence[Path], *, recorders: int, taps: int = 0,
    meters: int = 0, attached: Sequence[Attachment] = (), listeners: Listeners = NO_LISTENERS,
    joined: frozenset[str] = frozenset(), first_party: int = 1, first_call: int = 1,
    tests: Sequence[BitTestWanted] = (),
) -> Draft:  # fmt: skip
    """Review a machine file that was read, and lay it out; the rest as Planner. Raises BadInput."""
    known, lines = load_kinds(kinds), document.lines
    Reviewer(spec, lines, known).review()
    _check(spec, attached)
    spec = _with_servers(spec, listeners)
    tone_set, prompts = load_tones(spec, lines, path), load_prompts(spec, lines, path)
    modes = {f"{line}:{timeslot}": mode for line, timeslot, mode in attached}
    planner = Planner(spec, known, list(tone_set.tones), modes, recorders, taps=taps, meters=meters, joined=joined,
                      first_party=first_party, first_call=first_call, e1d=listeners.e1d, tests=tests)  # fmt: skip
    files = load_shared(spec.platform, lines, path)
    review_configuration(spec.platform, files, lines)
    shared = compile_flows(files, spec, lines)
    return Draft(path, document, spec, known, tone_set, prompts, planner, planner.plan(), shared, files)


def _check(spec: MachineFile, attached: Sequence[Attachment]) -> None:
    """Attachments name a line and a timeslot that are there, and a mode by which the machine hears of the program."""
    names = dict(spec.line_names())
    for line, timeslot, mode in attached:
        if line not in names:
            raise BadInput.one("--attach", f"no line {line!r}", f"one of {', '.join(names)}")
        if not 1 <= timeslot < LINE_CELLS:
            raise BadInput.one("--attach", f"no timeslot {timeslot}", f"1..{LINE_CELLS - 1}")
        if mode == CAS and not spec.framings()[line].cas:
            raise BadInput.one("--attach", f"line {line} has no signalling bits, which mode cas is for",
                               "a line with `framing: {cas: true}`", "take mode raw, or another line")
        if timeslot == BITS_TIMESLOT and spec.framings()[line].cas:
            raise BadInput.one("--attach", f"timeslot {timeslot} of line {line} carries the signalling bits",
                               "another timeslot", "attach the others in mode cas")
        if mode != CAS and isinstance(names[line], R2Spec):
            raise BadInput.one("--attach", f"{line}:{timeslot} is an R2 circuit, and mode {mode} has no signalling "
                               "bits: it would stay blocked for ever", "mode cas",
                               f"{line}:{timeslot}=cas:unix:PATH, each block an octet longer (docs/attaching.md)")


def _with_servers(spec: MachineFile, listeners: Listeners) -> MachineFile:
    """Calls to a number of `--agi NUMBER=URL` go to that server; without it, to what the number had before, or 41."""
    numbers, services = dict(spec.numbers), dict(spec.services)
    for target in listeners.agi:
        if not target.number:
            continue
        name = f"agi_{target.number.replace('*', 's').replace('#', 'h')}"
        services[f"{name}_lost"] = (ClearStep(clear=TEMPORARY_FAILURE),)
        before = numbers.get(target.number, f"{name}_lost")
        services[name] = (_served(target.number, before),)
        numbers[target.number] = name
    return spec.model_copy(update={"numbers": numbers, "services": services})


def _served(number: str, otherwise: str) -> IvrStep:
    return IvrStep.model_construct(ivr=f"agi/{number}", otherwise=otherwise, wait=SERVER_CYCLES)
