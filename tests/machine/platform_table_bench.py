"""The shipped call centre, changed where a row of the table *Platform* needs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from office_bench import SHIPPED
from test_call_centre_flows import Centre

from switchsim.callcentre.process import Process, ProcessCommon
from switchsim.model.events import RequestTaken
from switchsim.model.order import Act
from switchsim.model.platform import AnyBody, FileGiven, FileWanted, Letter
from switchsim.units import ms

CENTRE = SHIPPED / "call_centre.yaml"
SHARED = SHIPPED.parent / "shared" / "call_centre"
Change = Callable[[str], str]


class Place(Centre):
    """A call centre; what its processes are asked by letter in the name of `ivr/0` is answered here."""

    def act(self, process: str, order: str, /, **values: str | int) -> None:
        self.order(f"callcentre/{process}", Act(order, dict(values)))
        self.run(ms(50))

    def requests(self, name: str = "") -> list[tuple[str, str, str]]:
        rows = self.seen("RequestTaken")
        return [(r.event.request, r.event.name, r.event.result) for r in rows
                if isinstance(r.event, RequestTaken) and r.place.endswith(name)]  # fmt: skip

    def roles(self) -> list[str]:
        return [self.machine.part(f"callcentre/ccs/{one}").role()[0] for one in "ab"]

    def lamp(self, name: str) -> str:
        return str(self.machine.part("callcentre/mds").state.lamps.get(name, ""))

    def file(self, name: str, folder: str, file: str) -> FileGiven:
        """What process `name` answers to a wish for a file."""
        answers = self.answers(name, FileWanted(folder, file))
        (answer,) = (one for one in answers if isinstance(one, FileGiven))
        return answer

    def answers(self, name: str, body: AnyBody, sender: str = "ivr/0") -> list[object]:
        part: Process[ProcessCommon] = self.machine.part(f"callcentre/{name}")
        sent: list[object] = []
        send, part.send = part.send, lambda port, message: sent.append(message.body) is None  # type: ignore[method-assign]
        try:
            part.on_message("comm", Letter(name, sender, body))
        finally:
            part.send = send  # type: ignore[method-assign]
        self.run(ms(10))
        return sent


def changed(folder: Path, machine: Change = str, **files: Change) -> Place:
    """The shipped call centre with changes: of its file, and of `ccs`, `icd`, `ccsuser` in ICDCONFIG.

    `old.ini` is the shipped `ccs.ini`, for the fault `ccs_stale`.
    """
    shutil.copytree(SHARED, folder / "call_centre")
    text = machine(CENTRE.read_text(encoding="utf-8"))
    (folder / "centre.yaml").write_text(text, encoding="utf-8")
    icdconfig = folder / "call_centre" / "ICDCONFIG"
    shutil.copy(icdconfig / "ccs.ini", icdconfig / "old.ini")
    for name, change in files.items():
        path = icdconfig / {"ccsuser": "ccsuser.dat"}.get(name, f"{name}.ini")
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return Place(str(folder / "centre"))


def keyed_in(place: Place) -> None:
    """A caller keys in an account, and the database says: gold."""
    caller = place.begin("10062")
    place.at("ask")
    place.run(ms(500))
    caller.dial("100001")
    place.at("find")
    place.run(ms(10))
    place.answer("found", level="gold")
    assert place.queue() == "gold"
