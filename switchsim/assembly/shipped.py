"""Where the shipped boards, machines, scenarios and prompts lie: top-level folders of a checkout, data of a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDERS: Final = ("boards", "scenarios", "prompts")
"""Folders that stay at the top of the repository and travel in the wheel as switchsim/shipped/ (setup.py)."""

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def folder(name: str) -> Path:
    """The shipped folder `boards`, `scenarios` or `prompts`."""
    assert name in FOLDERS
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
