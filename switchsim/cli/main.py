"""`switchsim`: the command group, and the one place where what went wrong becomes an exit code.

Each command is a module of this package that imports what it needs only when it is called: `--help` stays quick.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
import traceback
from typing import Any, Final, TextIO

import click

from switchsim.errors import ExitCode, SwitchsimError

COMMANDS: Final = (
    "run", "serve", "check", "replay", "explain", "traffic", "kpis", "records", "sweep", "boards", "faults",
    "scenarios",
)  # fmt: skip
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
REPORT: Final = ("This is an error of switchsim itself. Please report it with the lines above, the command and the run "
                 "folder (see CONTRIBUTING.md).")


class Commands(click.Group):
    """Finds `switchsim NAME` in switchsim.cli.NAME; turns every error into lines and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"switchsim.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except SystemExit:  # how rich leaves when nobody reads its output
            return ExitCode.OUTPUT
        except (Exception, KeyboardInterrupt) as error:
            return told(error)


def told(error: BaseException) -> ExitCode:
    """Say what went wrong on standard error, in lines; a traceback only for an error of ours."""
    if isinstance(error, SwitchsimError):
        click.echo(str(error), err=True)
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _drop_stdout()
        return ExitCode.OUTPUT
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        # What a run writes into its folder has its own errors; this is the terminal, a pipe or a temporary file.
        click.echo(f"the output could not be written: {error.strerror}", err=True)
        return ExitCode.OUTPUT
    traceback.print_exception(error)
    click.echo(REPORT, err=True)
    return ExitCode.OUR_BUG


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="switchsim", message="%(prog)s %(version)s")
def cli() -> None:
    """A deterministic emulator of a telephone call-centre queue switch, and the harness that breaks it.

    Exit codes: 0 passed, 1 failed checks, 2 bad input or usage, 3 invalid run, 4 the software under test crashed,
    70 an error of ours, 74 output could not be written, 130 interrupted, 143 terminated.

    Completion in bash: eval "$(_SWITCHSIM_COMPLETE=bash_source switchsim)"; zsh_source and fish_source likewise.
    """


def run_command_line(arguments: list[str] | None = None) -> int:
    """Run one command line (without the program's name; None: this process's) and return its exit code."""
    try:
        code = cli.main(arguments, prog_name="switchsim", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.BAD_INPUT)
    except click.Abort:
        return int(ExitCode.INTERRUPTED)
    except Exception as error:
        return int(told(error))
    return int(code or 0)


def main() -> None:
    """Entry point."""
    code = run_command_line()
    output: TextIO | None = sys.stdout
    if output is None:  # closed before we were started
        sys.exit(code or int(ExitCode.OUTPUT))
    try:
        output.flush()
    except OSError:
        _drop_stdout()
        code = code or int(ExitCode.OUTPUT)
    sys.exit(code)


def _drop_stdout() -> None:
    """Nobody reads any more: what is still buffered goes nowhere, without a word."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
