"""Forty machines of 250 seats with the whole platform each, in one plant without speech: 10,000 agents are signed in
and take 30 calls a second of 150 s."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Final

from switchsim.assembly import build
from switchsim.assembly.built import Machine
from switchsim.assembly.loads import LoadWanted
from switchsim.farend.chance import Constant, Duration, Uniform
from switchsim.farend.load import LoadConfig, Poisson, Steady, Weighted
from switchsim.farend.plan import Hold, Plan
from switchsim.units import seconds

MACHINES: Final = 40
SEATS: Final = 250
LINES: Final = 5
RATE: Final = 30
TALK_SECONDS: Final = 150
RAMP_SECONDS: Final = 12
START_SECONDS: Final = 6
NUMBER: Final = "10060"

_MACHINE: Final = """\
format: 1
name: {name}
title: {{zh: 坐席, en: "Seats {first} to {last}"}}
rack:
  main_control: {{frame: 0, slots: {{0: pwc, 1: ema, 2-3: mpu, 4-5: nod, 6-7: bnet, 8: ckv, 9: mem,
                                   10: alm, 11: sig, 12-13: spt, 14: lap, 24-26: pwc}}}}
  trunk: {{frame: 1, slots: {{0-2: dtm, 15: pwc}}}}
  seat: {{frame: 2, slots: {{0-15: ait, 16: pwc}}}}
lines:
  - names: {name}-0..{name}-{last_line}
    signalling: {{kind: pri, side: user}}
seats:
  - {{numbers: {first}..{last}, queues: [calls], wrap_up: 2s}}
prompts: {{please_wait: please_wait.wav}}
numbers: {{"10060": calls}}
services: {{calls: [{{queue: calls}}]}}
queues: {{calls: {{music: [please_wait], ring: 15s}}}}
platform: {{shared: {name}, ccs: {{}}}}
agents: [{{sign_in: 10ms}}]
"""
_CCS: Final = "[ccs]\nversion = 1\n\n[queue calls]\nstrategy = longest_idle\n\n[access]\n10060 = queue:calls\n"
_ICD: Final = f"[icd]\nagents = {SEATS}\n\n[nodes]\nccs/a = 1\nccs/b = 2\n"


def plant(where: Path, machines: int = MACHINES) -> Path:
    """The plant file, its machines and their shared folders, written below `where`."""
    names = [f"m{number:02d}" for number in range(machines)]
    for number, name in enumerate(names):
        first = 10_000 + number * SEATS
        text = _MACHINE.format(name=name, first=first, last=first + SEATS - 1, last_line=LINES - 1)
        (where / f"{name}.yaml").write_text(text, encoding="utf-8")
        config = where / name / "ICDCONFIG"
        config.mkdir(parents=True)
        users = [f"{90_000 + seat}|Agent {seat}|agent|all|calls|{seat}" for seat in range(first, first + SEATS)]
        for file, octets in (("icd.ini", _ICD), ("ccs.ini", _CCS), ("ccsuser.dat", "\n".join(users) + "\n")):
            (config / file).write_text(octets, encoding="utf-8")
    rows = "".join(f"  {name}: {{file: {name}.yaml}}\n" for name in names)
    path = where / "agents.yaml"
    path.write_text("format: 1\nname: agents\ntitle: {zh: 一万坐席, en: Ten thousand agents}\nspeech: none\n"
                    f"machines:\n{rows}", encoding="utf-8")
    return path


def loads(machines: int = MACHINES) -> tuple[LoadWanted, ...]:
    """First as many calls as stand in the steady state, with what is left of their time; then the steady stream."""
    rate = RATE * machines / MACHINES
    stand = round(rate * TALK_SECONDS)
    ramp_end = START_SECONDS + RAMP_SECONDS
    lines = tuple(f"m{number:02d}-{line}" for line in range(LINES) for number in range(machines))

    def load(name: str, shape: Poisson | Steady, start: int, stop: int, hold: Duration) -> LoadWanted:
        config = LoadConfig(
            shape=shape, called=(Weighted(NUMBER),), plans=(Weighted("hold"),), lines=lines, start_at=seconds(start),
            stop_at=seconds(stop) if stop else -1, hold=hold)  # fmt: skip
        return LoadWanted(name=name, config=config, plans={"hold": Plan((Hold(),))})

    left = Uniform(seconds(RAMP_SECONDS), seconds(TALK_SECONDS))
    return (load("ramp", Steady(1000 * stand // RAMP_SECONDS), START_SECONDS, ramp_end, left),
            load("stream", Poisson(round(1000 * rate)), ramp_end, 0, Constant(seconds(TALK_SECONDS))))


def agents(where: Path, sink: Callable[[bytes], object], machines: int = MACHINES) -> Machine:
    """The plant, switched on, at cycle 0."""
    built = build(plant(where, machines), seed=10_000, load=loads(machines), journal_sink=sink)
    built.power_on()
    gc.freeze()  # as a run does
    return built
