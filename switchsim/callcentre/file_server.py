"""The shared folders of the platform, and the file server that has those which belong to nobody else.

ICDCONFIG holds `icd.ini`, `ccs.ini`, `ccsuser.dat` (`vp.ini` lies on the host of its VP); SERVICE, on the active CCS,
the flows of the IVRs; ISNOTE, on the file server, prompts that several VPs have in common; FAX what is faxed.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.callcentre.process import HEARTBEAT_CYCLES, Process, ProcessCommon
from switchsim.model.events import InputRefused, RequestTaken
from switchsim.model.order import Act, Order
from switchsim.model.part import Host
from switchsim.model.platform import FileGiven, FileWanted, Heartbeat

MONITOR: Final = "mds"
FOLDERS: Final = ("ICDCONFIG", "SERVICE", "ISNOTE", "FAX")
READ, READ_WRITE, NOT_SHARED = "read", "read_write", "not_shared"
SHARED: Final = {"ICDCONFIG": READ, "SERVICE": READ, "ISNOTE": READ, "FAX": READ_WRITE}
ROOM_OCTETS: Final = 8_000_000
"""For files that were written while it runs."""
MOST_NAME: Final = 100


def given(files: dict[str, bytes], wanted: FileWanted) -> FileGiven:
    """The answer out of `FOLDER/name` -> octets; found False when it is not there."""
    octets = files.get(f"{wanted.folder}/{wanted.name}")
    return FileGiven(wanted.folder, wanted.name, octets is not None, octets or b"")


class FileServerState(ProcessCommon):
    """shared: folder -> how, kept by the host like the files. written: `FOLDER/name` -> octets."""

    shared: dict[str, str] = msgspec.field(default_factory=lambda: dict(SHARED))
    written: dict[str, bytes] = {}


class FileServer(Process[FileServerState]):
    """`callcentre/file_server`. `FileWanted` is answered by `FileGiven`; a `FileGiven` that comes is a file to be kept.

    Act `share` (folder, how: read, read_write, not_shared): somebody changes how a folder is shared. A file that must
    not be written is refused in the journal.
    """

    def __init__(self, path: str, host: Host, files: dict[str, bytes]) -> None:
        self.files = files
        super().__init__(path, host)

    def fresh(self) -> FileServerState:
        return FileServerState()

    def outlives(self, before: FileServerState) -> None:
        self.state.shared, self.state.written = before.shared, before.written

    def started(self) -> None:
        self.timer("beat")

    def timer(self, name: str) -> None:
        self.start_timer("beat", HEARTBEAT_CYCLES)
        self.write(MONITOR, Heartbeat("", 0))

    def letter(self, sender: str, body: Any) -> None:
        match body:
            case FileWanted():
                self.write(sender, self._given(body))
            case FileGiven():
                why = self._why_not(body)
                if why:
                    self.emit(InputRefused(0, f"{body.folder}/{body.name[:MOST_NAME]} of {sender}: {why}"))
                else:
                    self.state.written[f"{body.folder}/{body.name}"] = body.octets

    def _given(self, wanted: FileWanted) -> FileGiven:
        if self.state.shared.get(wanted.folder, NOT_SHARED) == NOT_SHARED:
            return FileGiven(wanted.folder, wanted.name, False, b"")
        return given({**self.files, **self.state.written}, wanted)

    def _why_not(self, body: FileGiven) -> str:
        if self.state.shared.get(body.folder) != READ_WRITE:
            return "the folder is not shared for writing"
        if not 0 < len(body.name) <= MOST_NAME or "/" in body.name:
            return "no name of a file"
        others = sum(len(octets) for name, octets in self.state.written.items() if name != f"{body.folder}/{body.name}")
        return "no room" if others + len(body.octets) > ROOM_OCTETS else ""

    def order(self, order: Order) -> None:
        if not isinstance(order, Act) or order.act != "share":
            super().order(order)
            return
        folder, how = str(order.values.get("folder", "")), str(order.values.get("how", ""))
        known = folder in FOLDERS and how in (READ, READ_WRITE, NOT_SHARED)
        if known:
            self.state.shared[folder] = how
        self.emit(RequestTaken(0, "share", f"{folder} {how}", "ok" if known else "refused", 0))
