"""Writing the files of a run: whole or not at all, and a full disk as one clear error."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from switchsim.errors import OutputError

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn an OSError inside into an OutputError that names the file."""
    try:
        yield
    except OSError as error:
        advice = "; free some space" if error.errno in _NO_ROOM else ""
        raise OutputError(f"{path}: could not be written: {error.strerror or error}{advice}") from error


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that appears under its name, in a folder made for it, only once it is complete."""
    part = path.with_name(path.name + ".part")
    with output_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                yield out
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def write_whole(path: Path, octets: bytes) -> None:
    with writing(path) as out:
        out.write(octets)
