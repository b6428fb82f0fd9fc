"""tshark as a judge of captures: what it reads, and whether it complains."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from switchsim.report.pcapng import Tap, write_taps

CHINA = ("-o", "mtp3.standard:Chinese ITU")
"""One standard a run of tshark: 24-bit point codes instead of 14-bit ones."""
WARNING = 0x600000
"""tshark's severities: chat 0x200000, note 0x400000, warning 0x600000, error 0x800000."""
NOTES = {
    "No optional parameters are possible with this message type",
    "Status subfield is not present with this message type",
    "Format is a national matter",
}
"""What it notes of sound messages; everything else is a complaint."""


def tshark(capture: Path, *options: str) -> str:
    """What tshark prints; it must have nothing to say against the file itself."""
    done = subprocess.run(["tshark", "-r", str(capture), *options], capture_output=True, text=True, timeout=120)
    said = [line for line in done.stderr.splitlines() if not line.startswith("Running as user")]
    assert (done.returncode, said) == (0, [])
    return done.stdout


def capture(file: Path, units: Iterable[bytes], link: str = "e1-0:16") -> Path:
    """Signal units on one link, one a cycle."""
    write_taps(file, (Tap(at, link, octets) for at, octets in enumerate(units)))
    return file


def fields(capture: Path, names: Iterable[str], *options: str) -> list[dict[str, list[str]]]:
    """The values of some fields, frame by frame; a field that occurs n times has n values."""
    wanted = [word for name in names for word in ("-e", name)]
    told = json.loads(tshark(capture, "-T", "json", *wanted, *options))
    return [frame["_source"].get("layers", {}) for frame in told]


def complaints(capture: Path, *options: str) -> list[tuple[int, str]]:
    """(frame number from 1 on, message) of every malformed frame and every word of an expert but the known notes."""
    found = []
    for number, layers in enumerate(fields(capture, ("_ws.malformed", "_ws.expert.severity", "_ws.expert.message"),
                                           *options), 1):  # fmt: skip
        severities = [int(text, 0) for text in layers.get("_ws.expert.severity", [])]
        words = layers.get("_ws.expert.message", [])
        found += [(number, word) for word, severity in zip(words, severities, strict=True)
                  if severity >= WARNING or word not in NOTES]  # fmt: skip
        if "_ws.malformed" in layers and not words:
            found.append((number, "malformed"))
    return found
