"""What people can do to the processes of the platform: at their hosts, at consoles, at seats with business software."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from switchsim.assembly.yamltypes import wrong

ANY: Final = "*"
"""Further values go along, whatever they are called: parameters of a query."""
LIFE: Final[dict[str, tuple[str, ...]]] = {"stop": (), "start": (), "restart": ()}
OF_KIND: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "ivr": {"kill_flow": ("call",)},
    "mcp": {"console_sign_in": ("console",), "console_sign_out": ("console",)},
    "proxy": {"sign_in": ("agent", "seat"), "sign_out": ("agent", "seat"), "look_up": ("statement", ANY)},
    "uis": {"client": ("name", "on"), "business": ("name",), "ibss": ("statement", ANY), "ptstop": ("options",)},
    "file_server": {"share": ("folder", "how")},
}
"""Kind of process -> act -> the values that go with it (`with: {...}`), besides LIFE, which each process knows."""


def acts_of(process: str) -> dict[str, tuple[str, ...]]:
    """What can be done to a process of that name (`ivr/0`)."""
    return LIFE | OF_KIND.get(process.partition("/")[0], {})


def check_act(process: str, do: str, given: Mapping[str, int | str]) -> None:
    """Raises an error of the model when the process does not know the act, or its values are not those."""
    acts = acts_of(process)
    if do not in acts:
        near = difflib.get_close_matches(do, acts, n=1)
        raise wrong(f"{process} does not know {do!r}", "one of " + ", ".join(acts),
                    f"did you mean {near[0]!r}?" if near else "", where=("do",))  # fmt: skip
    wanted = [name for name in acts[do] if name != ANY]
    missing = [name for name in wanted if name not in given]
    if missing:
        raise wrong(f"{do} without {missing[0]}", f"with: {{{missing[0]}: ...}}", "add it", where=("do",))
    extra = [name for name in given if name not in wanted]
    if extra and ANY not in acts[do]:
        raise wrong(f"{do} takes no {extra[0]}", ", ".join(wanted) or "nothing", "remove it", where=("with", extra[0]))
