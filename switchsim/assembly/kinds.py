"""Board kinds in YAML (boards/kinds/*.yaml), and the classes that they name."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from switchsim.assembly.shipped import folder
from switchsim.assembly.yamlfile import read
from switchsim.assembly.yamltypes import Duration, Many, Strict
from switchsim.errors import BadInput
from switchsim.hardware.board import Board
from switchsim.hardware.kind import AlarmText, BoardKind, FaultPoint, Register
from switchsim.model.rack_events import Severity

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Prompt = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}(/[a-z0-9_]{1,31})?$")]
"""Name of a prompt: a word, or a group and a word, as in `digits/0`."""
Upper = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,31}$")]
Small = Annotated[int, Field(ge=0, le=65_535)]


class Title(Strict):
    """What people read."""

    zh: str
    en: str


class RegisterSpec(Strict):
    """A 16-bit register of a board."""

    address: Small
    reset: Small = 0
    writable: bool = False
    text: str


class AlarmSpec(Strict):
    """An alarm that a board of this kind can raise."""

    severity: Severity
    zh: str
    en: str


class FaultPointSpec(Strict):
    """A place where a fault can act; `values`: its integer parameters, lowest and highest."""

    text: str
    shows: str = ""
    values: dict[Word, Annotated[Many[int], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)


class Provides(Strict):
    """How many of what a board of this kind carries."""

    nodes: Annotated[int, Field(ge=0, le=8)] = 0
    lines: Annotated[int, Field(ge=0, le=8)] = 0
    links: Annotated[int, Field(ge=0, le=64)] = 0  # D channels
    signalling_links: Annotated[int, Field(ge=0, le=64)] = 0  # No.7
    receivers: Annotated[int, Field(ge=0, le=256)] = 0
    checks: Annotated[int, Field(ge=0, le=64)] = 0  # check tone receivers
    mfc: Annotated[int, Field(ge=0, le=256)] = 0  # registers: an MFC receiver and sender each
    announcers: Annotated[int, Field(ge=0, le=256)] = 0
    tones: Annotated[int, Field(ge=0, le=1)] = 0
    seats: Annotated[int, Field(ge=0, le=256)] = 0


class BoardKindFile(Strict):
    """One board kind."""

    format: Literal[1]
    kind: Word
    class_: Annotated[str, Field(alias="class", pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
    title: Title
    on_bus: Literal["", "single", "pair"] = ""
    provides: Provides = Provides()
    leds: Many[Upper] = ()
    registers: dict[Upper, RegisterSpec] = Field(default_factory=dict)
    alarms: dict[Word, AlarmSpec] = Field(default_factory=dict)
    fault_points: dict[Word, FaultPointSpec] = Field(default_factory=dict)
    timings: dict[Word, Duration]
    parameters: dict[Word, int] = Field(default_factory=dict)


@dataclass(frozen=True)
class LoadedKind:
    """A board kind ready for use."""

    spec: BoardKindFile
    kind: BoardKind
    board: type[Board[Any]]
    files: tuple[tuple[str, bytes], ...]
    """Its YAML, and its Python file when that lies beside it: name and octets, for the run folder."""


def load_kind(path: Path) -> LoadedKind:
    """Read a kind and import its class; raises BadInput with every problem."""
    document = read(path)
    spec, lines = document.validate(BoardKindFile), document.lines
    if "self_test" not in spec.timings:
        raise BadInput([lines.problem(("timings",), "no self_test", "its duration", "add self_test: 1s")])
    unknown = [name for name, point in spec.fault_points.items() if point.shows and point.shows not in spec.alarms]
    if unknown:
        raise BadInput([lines.problem(("fault_points", n, "shows"), "no such alarm in this kind") for n in unknown])
    module, _, name = spec.class_.partition(":")
    code = path.parent / f"{module}.py"
    try:
        board = getattr(_import(module, code), name)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise BadInput([lines.problem(("class",), f"{spec.class_}: {error}", "module:Class, importable")]) from error
    if not (isinstance(board, type) and issubclass(board, Board)):
        raise BadInput([lines.problem(("class",), f"{spec.class_} is no board", "a subclass of Board")])
    files = [(path.name, document.octets)] + ([(code.name, code.read_bytes())] if code.is_file() else [])
    return LoadedKind(spec, _kind(spec), board, tuple(files))


def _import(module: str, code: Path) -> ModuleType:
    """The module of a kind's class: the file beside its YAML when there is one, else what Python finds."""
    if not code.is_file():
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(module, code)
    if spec is None or spec.loader is None:
        raise ImportError(f"{code} can not be imported")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded  # msgspec looks up annotations there
    spec.loader.exec_module(loaded)
    return loaded


def _kind(spec: BoardKindFile) -> BoardKind:
    return BoardKind(
        name=spec.kind,
        zh=spec.title.zh,
        en=spec.title.en,
        leds=spec.leds,
        registers={n: Register(r.address, r.reset, r.writable, r.text) for n, r in spec.registers.items()},
        alarms={name: AlarmText(alarm.severity, alarm.zh, alarm.en) for name, alarm in spec.alarms.items()},
        fault_points={
            name: FaultPoint(point.text, point.shows, {key: (low, high) for key, (low, high) in point.values.items()})
            for name, point in spec.fault_points.items()
        },
        timings=spec.timings,
        parameters=spec.parameters,
    )


def load_kinds(folders: Sequence[Path] = ()) -> dict[str, LoadedKind]:
    """Every kind of the shipped folder, then of `folders`; a later one replaces an earlier one of its name."""
    kinds: dict[str, LoadedKind] = {}
    for where in (folder("boards") / "kinds", *folders):
        for path in sorted(where.glob("*.yaml")):
            loaded = load_kind(path)
            kinds[loaded.spec.kind] = loaded
    return kinds
