"""What a voice processor records: A-law octets, when the caller has fallen silent, and how much its disk takes."""

from __future__ import annotations

import re
from typing import Final

from switchsim.model.part import State
from switchsim.units import ms

LOOK_CYCLES: Final = ms(100)
"""So often what was recorded is fetched and weighed."""
BLOCK_OCTETS: Final = 160
QUIET_MEAN: Final = 18
"""Mean magnitude of a block that counts as silence: 2/pi of the peak of a sine of -40 dBm0, whose peak at +3.14 dBm0 is
4096 (G.711 table 5 note)."""
DIGITAL_MILLIWATT: Final = bytes.fromhex("34212134b4a1a1b4")
"""1000 Hz at 0 dBm0 (G.711 table 5a)."""
BEEP: Final = DIGITAL_MILLIWATT * 80
BEEP_CYCLES: Final = ms(80)
LONGEST_NAME: Final = 60


def _magnitude(octet: int) -> int:
    """Of an A-law octet as it is on the line, 1..4032."""
    bits = octet ^ 0x55
    segment, step = bits >> 4 & 7, bits & 15
    return 2 * step + 1 if not segment else 2 * step + 33 << segment - 1


MAGNITUDES: Final = tuple(_magnitude(octet) for octet in range(256))


class Recording(State):
    """One that runs. limit, silence: octets, 0 = none. taken: since its start, parts not yet in the file included.

    quiet: octets of silence at its end. rest: octets that fill no block yet.
    """

    name: str = ""
    limit: int = 0
    silence: int = 0
    parts: list[bytes] = []
    taken: int = 0
    quiet: int = 0
    rest: bytes = b""


class Disk(State):
    """Files by name: A-law octets. A name is one file: a later recording of it takes the place of the former."""

    files: dict[str, bytes] = {}
    capacity: int = 0

    @property
    def room(self) -> int:
        return self.capacity - sum(map(len, self.files.values()))


def file_name(name: str) -> str:
    """A name that may be that of a file."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name).lstrip(".-")[:LONGEST_NAME] or "recording"


def take(recording: Recording, octets: bytes, room: int) -> str:
    """Add what came, in `room` octets at most. Returns why the recording ends now: full, limit, silence; `` it goes on.

    What lies behind its end is not kept.
    """
    why = ""
    if recording.limit and recording.taken + len(octets) >= recording.limit:
        octets, why = octets[: recording.limit - recording.taken], "limit"
    if recording.taken + len(octets) > room:
        octets, why = octets[: max(0, room - recording.taken)], "full"
    quiet_at = _weigh(recording, octets)
    if quiet_at >= 0:
        octets, why = octets[:quiet_at], "silence"
    if octets:
        recording.parts.append(octets)
        recording.taken += len(octets)
    return why


def _weigh(recording: Recording, octets: bytes) -> int:
    """How many of these octets belong to the recording when it has been silent for long enough; -1: it goes on."""
    before = len(recording.rest)
    heard = recording.rest + octets
    whole = len(heard) - len(heard) % BLOCK_OCTETS
    for at in range(0, whole, BLOCK_OCTETS):
        block = heard[at : at + BLOCK_OCTETS]
        loud = sum(map(MAGNITUDES.__getitem__, block)) > QUIET_MEAN * BLOCK_OCTETS
        recording.quiet = 0 if loud else recording.quiet + BLOCK_OCTETS
        if recording.silence and recording.quiet >= recording.silence:
            return at + BLOCK_OCTETS - before
    recording.rest = heard[whole:]
    return -1


def keep(disk: Disk, recording: Recording) -> None:
    """Close the file."""
    disk.files[recording.name] = b"".join(recording.parts)
