"""Faults of the call-centre platform: of its processes, of the ways between them, of what they need.

Each acts at a process (`where: {process: ccs/a}`), or on the way of letters from one process to another (`where:
{from: ccs/a, to: ccs/b}`, `*` for every one) within ICDCOMM.
"""

from __future__ import annotations

from typing import Final

from switchsim.faults.catalogue import Parameter, ParameterFault
from switchsim.units import ms, seconds

TIME: Final = Parameter("cycles", None, low=ms(1), high=seconds(60))
NAME: Final = Parameter("text", "", high=64)
GONE: Final = ("process_lost", "platform_link_lost")


class PlatformFault(ParameterFault, frozen=True, kw_only=True):
    """A fault of the platform. of: the kind of process that has the fault point (`ccs`), empty = each."""

    of: str = ""


def _of_process(name: str, text: str, point: str, *, of: str = "", alarms: tuple[str, ...] = (),
                defects: tuple[str, ...] = (), shows: tuple[str, ...] = (),
                **parameters: Parameter) -> PlatformFault:  # fmt: skip
    return PlatformFault(name, text, "process", point, alarms, defects, shows=shows, of=of, parameters=parameters)


def _of_way(name: str, text: str, point: str, **parameters: Parameter) -> PlatformFault:
    shows = ("role_changed", "application_changed", "resynchronised", "platform_link")
    return PlatformFault(name, text, "way", point, (), (), shows=shows, of="icdcomm", parameters=parameters)


PLATFORM_FAULTS: Final[dict[str, PlatformFault]] = {
    row.name: row
    for row in (
        _of_process("process_crash", "a process of the platform ends and forgets everything; healed, it is started",
                    "crash", alarms=GONE, shows=("application_changed",)),
        _of_process("process_hang", "a process of the platform takes nothing; healed, it goes on where it was", "hang",
                    alarms=GONE, shows=("application_changed",)),
        _of_process("process_slow", "a process of the platform takes each message so much later", "slow", delay=TIME,
                    shows=("process_state",)),
        _of_process("ccs_stale", "at its next start or take-over a CCS reads an old ccs.ini", "stale", of="ccs",
                    shows=("configuration_read",)),
        _of_process("vp_card_lost", "an E1 card of a voice processor is dead", "card", of="vp",
                    alarms=("e1_los",), defects=("los",),  # at the switch's end of its line
                    shows=("voice_channel",), card=Parameter("number", 0, high=3)),
        _of_process("vp_disk_full", "a voice processor has no room for recordings", "disk_full", of="vp",
                    shows=("sound_recorded",)),
        _of_process("ivr_block_hangs", "calls that are or come in a block of a flow hang there; empty: any",
                    "hang_block", of="ivr", shows=("flow_changed",), flow=NAME, block=NAME),
        _of_process("database_locked", "the database is locked: every look-up says so", "locked", of="aplogic",
                    shows=("look_up_done",)),
        _of_process("database_lost", "nothing comes back from the database", "lost", of="aplogic",
                    shows=("look_up_done",)),
        _of_way("comm_cut", "letters on this way are lost", "cut"),
        _of_way("comm_loss", "so many per cent of the letters on this way are lost", "loss",
                value=Parameter("number", None, low=1, high=100)),
        _of_way("comm_delay", "letters on this way come so much later", "delay", value=TIME),
        _of_way("comm_stall", "letters on this way wait until the fault is healed, and come all at once", "stall"),
        _of_way("comm_duplicate", "letters on this way come twice", "duplicate"),
        _of_way("comm_reorder", "each two letters on this way change places", "reorder"),
    )
}  # fmt: skip
