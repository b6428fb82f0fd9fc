"""The fault catalogue: id, where it acts, its parameters, what it should show.

`target` says how `where:` of a scenario names the place; `assembly.places` finds it. Every fault has an undo: the same
point, healed.
"""

from __future__ import annotations

from typing import Final

import msgspec


class FaultRow(msgspec.Struct, frozen=True):
    """One kind of fault.

    target: processor, board, line, receiver, platform, timeslot, seat, link. point: the fault point of the part.
    alarms, defects: ids of which one must follow. values: parameters with their defaults, None where one must be given.
    harms_messages, layers, shows: as in report.faults.
    """

    name: str
    text: str
    target: str
    point: str
    alarms: tuple[str, ...]
    defects: tuple[str, ...]
    harms_speech: bool = False
    values: dict[str, int | None] = {}
    harms_messages: bool = False
    layers: tuple[int, ...] = (2, 3, 4)
    shows: tuple[str, ...] = ()


CATALOGUE: Final[dict[str, FaultRow]] = {
    row.name: row
    for row in (
        FaultRow("mpu_kill", "a main processor stops and forgets everything", "processor", "kill",
                 ("processor_fault",), ("heartbeat_lost",)),
        FaultRow("mpu_hang", "a main processor stands still", "processor", "hang",
                 ("processor_fault",), ("heartbeat_lost",)),
        FaultRow("board_pull", "a board is pulled out of its card slot", "board", "pull",
                 ("board_lost", "processor_fault", "node_fault"), ("slave_lost", "heartbeat_lost"), True),
        FaultRow("board_power", "a board loses its power", "board", "power",
                 ("board_lost", "processor_fault", "node_fault"), ("slave_lost", "heartbeat_lost"), True),
        FaultRow("board_hang", "a board's processor stands still", "board", "hang",
                 ("board_lost", "processor_fault", "node_fault"), ("slave_lost", "heartbeat_lost"), True),
        FaultRow("line_cut", "an E1 line is cut; directions: 1 received, 2 sent, 3 both", "line", "line_cut",
                 ("e1_los", "e1_rai"), ("los", "rai"), True, {"directions": 3}),
        FaultRow("receiver_failure", "a DTMF receiver is deaf", "receiver", "receiver_failure",
                 ("receiver_fault",), ("receiver_deaf",)),
        FaultRow("mem_link_cut", "the Ethernet link to the platform is cut", "platform", "link_cut",
                 ("platform_link_lost",), ("heartbeat_lost",)),
        FaultRow("stuck_timeslot", "a highway timeslot into the switching network carries one octet for ever",
                 "timeslot", "stuck_timeslot", ("timeslot_fault",), ("timeslot_stuck",), True, {"octet": 0xD5}),
        FaultRow("seat_drop", "a seat set is unplugged", "seat", "seat_drop",
                 ("seat_fault",), ("seat_open",), True),
    )
}  # fmt: skip

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "processor": ("processor",),  # a or b
    "board": ("board",),  # frame/1/slot/2
    "line": ("line",),
    "receiver": ("receiver",),  # counted over the machine
    "platform": (),
    "timeslot": ("line", "timeslot"),
    "seat": ("seat",),
    "link": ("link", "end"),  # e1-0:16; machine, far, or the name of a point of the far end
}
"""What `where:` must name for each target."""
