"""Tones and prompts of a machine: national tone sets in YAML, speech in WAV files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from switchsim.assembly.kinds import Word
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.people import Level
from switchsim.assembly.shipped import folder
from switchsim.assembly.wav import EXPECTED, Sound, load_wav
from switchsim.assembly.yamlfile import Lines, read
from switchsim.assembly.yamltypes import Duration, Many, Strict, scaled, wrong
from switchsim.dsp.assets import Tone
from switchsim.errors import BadInput, Problem
from switchsim.terminals.continuity import CHECK_TONES

NEEDED = ("ring_back",)
"""Tones that call processing itself uses."""


Frequency = Annotated[int, BeforeValidator(scaled(3, minimum=1, maximum=3_999_999, unit="Hz"))]
"""Hz with up to three decimals -> thousandths."""


class ToneSpec(Strict):
    """One tone: one to three frequencies, their levels, and on, off, on, off ...; in turn: one an on step."""

    hz: Annotated[Many[Frequency], Field(min_length=1)]
    dbm0: Many[Level]
    cadence: Many[Duration] = ()
    in_turn: bool = False

    @model_validator(mode="after")
    def _can_sound(self) -> ToneSpec:
        try:
            self.tone()
        except ValueError as error:
            raise wrong(str(error).partition(":")[0]) from None
        return self

    def tone(self) -> Tone:
        return Tone(self.hz, self.dbm0, self.cadence, in_turn=self.in_turn)


class TonesFile(Strict):
    """A national set of call-progress tones."""

    format: Literal[1]
    tones: dict[Word, ToneSpec]


@dataclass(frozen=True)
class ToneSet:
    """A tone set ready for use, and its file."""

    tones: dict[str, Tone]
    file: str
    octets: bytes


def load_tones(machine: MachineFile, lines: Lines, where: Path) -> ToneSet:
    """The tone set that the machine names: in a folder `tones` beside it, else a shipped one; raises BadInput."""
    folders = (where.parent / "tones", folder("boards") / "tones")
    found = [one / f"{machine.tones}.yaml" for one in folders if (one / f"{machine.tones}.yaml").is_file()]
    if not found:
        known = ", ".join(sorted({path.stem for one in folders for path in one.glob("*.yaml")}))
        raise BadInput([lines.problem(("tones",), f"no tones {machine.tones!r}", f"one of {known}")])
    document = read(found[0])
    rows = document.validate(TonesFile).tones
    needed = (*NEEDED, *CHECK_TONES.values()) if machine.ss7 is not None else NEEDED
    missing = [name for name in needed if name not in rows]
    if missing:
        raise BadInput([document.lines.problem(("tones",), f"no tone {missing[0]!r}", f"{', '.join(needed)} at least")])
    return ToneSet({name: row.tone() for name, row in rows.items()}, found[0].name, document.octets)


def load_prompts(machine: MachineFile, lines: Lines, where: Path) -> dict[str, tuple[Path, Sound]]:
    """Name -> file and sound, in the machine file's order; raises BadInput with every prompt that is unfit."""
    found: dict[str, tuple[Path, Sound]] = {}
    problems = []
    for name, file in machine.prompts.items():
        places = prompt_places(file, where)
        there = [place for place in places if place.exists()]
        path = next((place for place in there if place.is_file()), there[0] if there else None)
        if path is None:
            what = f"{name}: no file " + " nor ".join(map(str, places))
            problems.append(lines.problem(("prompts", name), what, EXPECTED, "put it there, or correct its name"))
            continue
        try:
            found[name] = (path, load_wav(path))
        except BadInput as error:
            problems += [
                lines.problem(("prompts", name), f"{one.file}: {one.what}", one.expected, one.advice)
                for one in error.problems
            ]
    if problems:
        raise BadInput(problems)
    return found


def prompt_places(file: str, machine_path: Path) -> tuple[Path, ...]:
    """Where a prompt's file is looked for, in this order: beside the machine file, and among the shipped ones."""
    return tuple(dict.fromkeys(one / file for one in (machine_path.parent, folder("prompts"))))


def sound_warnings(prompts: dict[str, tuple[Path, Sound]], lines: Lines) -> tuple[Problem, ...]:
    """What was done to prompts that are no sounds of a telephone."""
    return tuple(
        lines.problem(("prompts", name), f"warning: {path.name} is {sound.converted}")
        for name, (path, sound) in prompts.items() if sound.converted
    )  # fmt: skip
