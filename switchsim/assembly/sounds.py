"""Tones and prompts of a machine: national tone sets in YAML, speech in WAV files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from switchsim.assembly.kinds import Word
from switchsim.assembly.machine import MachineFile, prompt_path
from switchsim.assembly.shipped import folder
from switchsim.assembly.yamlfile import Lines, read
from switchsim.assembly.yamltypes import Duration, Many, Strict, scaled
from switchsim.dsp.assets import Tone, load_wav
from switchsim.errors import BadInput


class ToneSpec(Strict):
    """One tone: one or two frequencies, their levels, and on, off, on, off ..."""

    hz: Annotated[Many[Annotated[int, BeforeValidator(scaled(3, minimum=1, maximum=3_999_999))]], Field(min_length=1)]
    dbm0: Many[Annotated[int, BeforeValidator(scaled(3, minimum=-60_000, maximum=3_000))]]
    cadence: Many[Duration] = ()


class TonesFile(Strict):
    """A national set of call-progress tones."""

    format: Literal[1]
    tones: dict[Word, ToneSpec]


def load_tones(machine: MachineFile, lines: Lines) -> dict[str, Tone]:
    """The tone set that the machine names; raises BadInput."""
    path = folder("boards") / "tones" / f"{machine.tones}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in path.parent.glob("*.yaml")))
        raise BadInput([lines.problem(("tones",), f"no tones {machine.tones!r}", f"one of {known}")])
    rows = read(path).validate(TonesFile).tones
    return {name: Tone(row.hz, row.dbm0, row.cadence) for name, row in rows.items()}


def load_prompts(machine: MachineFile, lines: Lines, where: Path) -> dict[str, tuple[Path, bytes]]:
    """Name -> file and A-law octets, in the machine file's order; raises BadInput with every prompt that is unfit."""
    found: dict[str, tuple[Path, bytes]] = {}
    problems = []
    for name, file in machine.prompts.items():
        path = prompt_path(file, where, folder("prompts"))
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
