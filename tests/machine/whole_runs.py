"""Whole runs for the tests: the demo shortened, run through the command line or inside this process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from switchsim.model.events import RunEnded
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.staged import RUN_PLACE, Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "scenarios" / "smoke" / "busy_minute.yaml"
SMALL = ROOT / "boards" / "machines" / "b_type_small.yaml"
TELLTALE = Path(__file__).parent / "telltale"
SWITCHSIM = Path(sys.executable).parent / "switchsim"
DEADLINE_S = 120

CLOCK_FRAME = "clock: {frame: 1, slots: {0-1: ckv}}"
IN_CLOCK_FRAME = (CLOCK_FRAME, "clock: {frame: 1, slots: {0-1: ckv, 2: telltale}}")


def shortened(seconds: int = 24, **changes: Any) -> str:
    """The demo, its minute pressed into `seconds`: twice the callers, both faults, the same machine and seed."""
    scenario: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    scenario |= {"seconds": seconds, "expect": []}
    scenario["load"][0] |= {"rate": "120/min", "stop": f"{seconds // 2}s"}
    for row, at in zip(scenario["timeline"], (seconds // 4, seconds // 3), strict=True):
        row |= {"at": f"{at}s", "for": f"{1000 * seconds // 6}ms"}
    return yaml.safe_dump(scenario | changes, sort_keys=False, allow_unicode=True)


@dataclass(frozen=True)
class Run:
    """How a run is made: options of the command line, and what is set in its environment."""

    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


PLAIN = Run()


def command(words: Sequence[str], cwd: Path, environment: dict[str, str]) -> str:
    """What `switchsim` prints; the variables that could change a run are those of `environment` alone."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith(("SWITCHSIM_", "PYTHONHASHSEED", "GLIBC_TUNABLES", "NPY_", "TELLTALE"))}
    done = subprocess.run([SWITCHSIM, *words], cwd=cwd, env=clean | environment, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False)  # fmt: skip
    assert done.returncode in (0, 1), f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def digests(scenarios: Sequence[Path], how: Run, folder: Path) -> list[str]:
    """The digest of each scenario's run, as the command line prints it."""
    words = ["run", *map(str, scenarios), "--quiet", "--out", str(folder), "--force", *how.options]
    return re.findall(r"digest ([0-9a-f]{64})", command(words, folder.parent, how.environment))


def telltale_machine(folder: Path, machine: Path = SMALL, place: tuple[str, str] = IN_CLOCK_FRAME) -> None:
    """A shipped machine with a telltale board in `place` (without it, with it), in `folder`, with its board kind."""
    text = machine.read_text(encoding="utf-8")
    assert place[0] in text
    text = text.replace(*place).replace(f"name: {machine.stem}", "name: telling")
    (folder / "telling.yaml").write_text(text, encoding="utf-8")
    (folder / "kinds").symlink_to(TELLTALE / "kinds")


class Inside:
    """A run in this process, its journal in memory."""

    def __init__(self, prepared: Prepared, batch: int | None = None, *, bits: bool = False) -> None:
        self.prepared = prepared
        self.octets = bytearray()
        self.seconds: list[Any] = []
        sinks = Sinks()
        sinks.out = self
        self.sinks = sinks
        self.staged = Staged(prepared, sinks, Teller(), StopSignal(), batch, bits=bits)
        self.machine = self.staged.machine

    def journal(self, octets: bytes) -> None:
        self.octets += octets

    def second(self, checkpoint: Any) -> None:
        self.seconds.append(checkpoint)

    def go(self) -> str:
        """Run it as the runner does; the digest of its journal."""
        self.staged.go()
        return self.sinks.digest.hexdigest()

    def begin(self) -> None:
        """Switch it on and give every order of its timeline, so that the machine alone holds all that is to come."""
        self.machine.power_on()
        self.staged.director.arm()
        while (at := self.staged.director.next_at()) is not None:
            self.staged.director.play(at)

    @property
    def until(self) -> int:
        return self.prepared.until

    def end(self) -> None:
        """Run to the end, and write the last line."""
        self.machine.run(self.until)
        self.machine.close()
        self.machine.kernel.emit(RUN_PLACE, RunEnded("done"))


def prepared(folder: Path, text: str, name: str = "short", seed: int | None = None) -> Prepared:
    """A scenario's text, ready to be run."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return prepare(path, seed=seed)
