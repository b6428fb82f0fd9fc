"""The fault catalogue: id, where it acts, its parameters, what it should show.

`target` says how `where:` of a scenario names the place; `assembly.places` finds it. Every fault has an undo: the same
point, healed.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec


class FaultRow(msgspec.Struct, frozen=True):
    """One kind of fault.

    target: processor, board, line, receiver, platform, timeslot, seat, wires, link. point: the fault point of the part.
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


Kind = Literal["number", "word", "text", "cycles", "octets", "units", "messages", "timer", "ppm", "rate",
               "timeslots", "db", "dbm0", "hz"]  # fmt: skip


class Parameter(msgspec.Struct, frozen=True):
    """What a parameter may be.

    number: low..high. word: one of `words`. text: at most `high` characters. cycles: a duration of low..high cycles,
    as in 20ms. octets: hexadecimal, low..high of them. units, messages: names, one or several with blanks between.
    timer: of a layer's table, or all. ppm: a number with up to three decimals (as text), within low..high ppb.
    rate: low..high in 1e-9, written as a part of one, 1e-3. timeslots: numbers and ranges within low..high, 1-15,17;
    read as a mask, bit t for timeslot t. db, dbm0, hz: a number with up to three decimals, low..high thousandths.
    default None: it must be given; "": it may stay away.
    """

    kind: Kind
    default: int | str | None
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()


class ParameterFault(FaultRow, frozen=True, kw_only=True):
    """A fault whose parameters are more than numbers.

    fixed: values that are not the scenario's to choose. sent_only: it cannot be done to what arrives.
    """

    parameters: dict[str, Parameter] = {}
    fixed: dict[str, int | str] = {}
    sent_only: bool = False


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
        FaultRow("register_failure", "an MFC register is deaf and dumb", "register", "register_failure",
                 ("register_fault",), ("register_deaf",)),
        FaultRow("mem_link_cut", "the Ethernet link to the platform is cut", "platform", "link_cut",
                 ("platform_link_lost",), ("heartbeat_lost",)),
        FaultRow("stuck_timeslot", "a highway timeslot into the switching network carries one octet for ever",
                 "timeslot", "stuck_timeslot", ("timeslot_fault",), ("timeslot_stuck",), True, {"octet": 0xD5}),
        FaultRow("seat_drop", "a seat set is unplugged", "seat", "seat_drop",
                 ("seat_fault",), ("seat_open",), True),
        FaultRow("d_wire_cut", "the D wires of a seat are cut, and with them all seats on that D channel", "wires",
                 "d_wire_cut", ("seat_fault",), ("seat_open",), True),
        FaultRow("crosstalk", "B and D wires of a seat share a cable: bit errors on D while it talks; ppb",
                 "wires", "crosstalk", (), (), values={"ppb": 1_000_000}, shows=("frame_bad",)),
        FaultRow("power_line_hum", "the wires of a seat run beside a power line: bit errors on B and D; ppb",
                 "wires", "power_line_hum", (), (), True, {"ppb": 100_000}, shows=("frame_bad",)),
    )
}  # fmt: skip

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "processor": ("processor",),  # a or b
    "board": ("board",),  # frame/1/slot/2
    "line": ("line",),
    "receiver": ("receiver",),  # counted over the machine
    "register": ("register",),  # of MFC; counted over the machine
    "platform": (),
    "timeslot": ("line", "timeslot"),
    "seat": ("seat",),
    "wires": ("seat",),  # of a seat on a D channel
    "link": ("link", "end"),  # e1-0:16; machine, far, or the name of a point of the far end
    "r2": ("line", "timeslot"),  # circuits of a line with R2 signalling; timeslot 0 is all of them
    "process": ("process",),  # of the platform, as ccs/a
    "way": ("from", "to"),  # between two processes, `*` is every one
    "clock": ("clock",),  # machine, the place of a clock board, or a line: the clock at its far end
    "interface": ("interface", "client"),  # ami, csta, agi; a connection's number, 0 is every one
}
"""What `where:` must name for each target."""
