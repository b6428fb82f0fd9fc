"""Errors that reach a person, each with the exit code of the command line (contract: 0 1 2 3 4 70 74 130 143)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    PASSED = 0
    FAILED = 1
    BAD_INPUT = 2
    INVALID_RUN = 3
    SUT_CRASHED = 4
    OUR_BUG = 70
    OUTPUT = 74
    INTERRUPTED = 130
    TERMINATED = 143


WORST_FIRST = (
    ExitCode.OUR_BUG,
    ExitCode.SUT_CRASHED,
    ExitCode.BAD_INPUT,
    ExitCode.OUTPUT,
    ExitCode.INVALID_RUN,
    ExitCode.FAILED,
    ExitCode.PASSED,
)
"""The order in which the worst of several scenarios is chosen."""


class SwitchsimError(Exception):
    """Something that a person must be told; `exit_code` says how the command ends."""

    exit_code = ExitCode.OUR_BUG


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where, what, what was expected, what to do."""

    file: str
    line: int
    what: str
    expected: str = ""
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: " + "; ".join(part for part in (self.what, self.expected and f"expected {self.expected}",
                                                          self.advice) if part)


class BadInput(SwitchsimError):
    """A machine, scenario, prompt, option or other input is wrong; carries every problem found."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def one(cls, file: str, what: str, expected: str = "", advice: str = "", *, line: int = 0) -> BadInput:
        return cls((Problem(file, line, what, expected, advice),))


def one_of(names: Iterable[Any]) -> str:
    """What may stand somewhere, as a `Problem` expects it."""
    return "one of " + (", ".join(str(name) for name in sorted(dict.fromkeys(names))) or "none")


class InvalidRun(SwitchsimError):
    """The run says nothing: a fault never fired, or a peer never came or broke the lockstep."""

    exit_code = ExitCode.INVALID_RUN


class SutCrashed(SwitchsimError):
    """The software under test ended where it should have gone on."""

    exit_code = ExitCode.SUT_CRASHED


class OutputError(SwitchsimError):
    """A file of the run could not be written (a full disk)."""

    exit_code = ExitCode.OUTPUT
