"""Shared by every test: the `peer` marker, and the parts of the native core as a library of their own."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest

from switchsim.kernel.scheduler import Kernel
from switchsim.model.event import Event, fields_of

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import native_parts  # noqa: E402 - lies in tools/

REQUIRE_PEERS = "SWITCHSIM_REQUIRE_PEERS"


def installed(package: str) -> bool:
    """Whether dpkg knows a Debian package as installed."""
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True)
    return asked.stdout.startswith("installed")


def missing_peers(marker: pytest.Mark) -> list[str]:
    """What a `peer` marker asks for and this host lacks, in words.

    `peer("package", ..., binary="name", library="name")`: where a binary or a library is named, having it is enough,
    wherever it came from; otherwise every Debian package named must be installed.
    """
    packages = ", ".join(marker.args)
    if marker.kwargs.keys() & {"binary", "library"}:
        binary, library = marker.kwargs.get("binary"), marker.kwargs.get("library")
        lacking = [f"program {binary}"] if binary and shutil.which(binary) is None else []
        lacking += [f"library {library}"] if library and find_library(library) is None else []
        return [f"{what} (Debian: {packages})" for what in lacking]
    return [f"Debian package {name}" for name in marker.args if not installed(name)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose outside judge is missing; fail it when SWITCHSIM_REQUIRE_PEERS=1."""
    for marker in item.iter_markers("peer"):
        lacking = missing_peers(marker)
        if not lacking:
            continue
        message = f"needs {'; '.join(lacking)}: apt-get install {' '.join(marker.args)}"
        if os.environ.get(REQUIRE_PEERS) == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)


@functools.cache
def closed_texts(event: type[Event]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Fields of an event that can be some words alone."""
    return tuple((name, frozenset(field.words)) for name, field in fields_of(event).items() if field.words)


@pytest.fixture(scope="session", autouse=True)
def _events_are_as_scenarios_may_name_them() -> Iterator[None]:
    """Whatever a test makes happen: what can be some words alone is one of them, and it happens at the place of a part,
    or of the run; filters of scenarios that nothing else could meet are refused."""
    emit = Kernel.emit

    def checked(kernel: Kernel, place: str, event: Event) -> None:
        assert place in kernel.parts or place == "run", f"{event} at {place}"
        for name, known in closed_texts(type(event)):
            assert getattr(event, name) in known, f"{name} of {event} is none of {sorted(known)}"
        emit(kernel, place, event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kernel, "emit", checked)
        yield


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> native_parts.Parts:
    """The native parts, compiled into a temporary directory once a session."""
    return native_parts.Parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture
def isas(parts: native_parts.Parts) -> Iterator[list[str]]:
    """Names of this host's instruction sets; the best one is selected again afterwards."""
    yield parts.isas()
    parts.select(parts.isas()[-1])
