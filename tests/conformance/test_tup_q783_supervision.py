"""Circuit supervision sheets of the telephone user part: resets, blocking, groups, continuity, what MTP tells.

Named after the clauses of Q.724: 1.15 reset, 1.16 blocking, 7 continuity check. Circuit 5 is one that the peer
controls.
"""

from __future__ import annotations

import pytest
from tup_bench import CIC, OWN_CIC, give, message, new, play, show

from switchsim.proto.tup import Circuits, MessageType, SetupRequest, Tup
from switchsim.proto.tup import actions as act
from switchsim.proto.tup.timers import TIMERS
from switchsim.units import seconds

SETUP = "! setup 1000 = IAM digits=1000 | +t2 | [OUT_ADDRESS]"
TALK = f"{SETUP}\n > ACM free=1 = -t2 | +tanswer | acm 1 0\n > ANC = -tanswer | answer 2 | [OUT_TALK]"
OFFERED = "> IAM category=10 digits=1000 = +tdigits | setup 1000 | [IN_ADDRESS]"
CHECKING = "! setup 1000 check = IAM continuity=1 digits=1000 | tone send | +t8 | +t2 | [OUT_CHECK]"
RESET = "! reset = RSC | +t18 | +t19 | [RESETTING]"
DONE = "-t18 | -t19 | idle | reset_done 5"
BLOCKED = "! block 1 = BLO | +t11 | +t12\n > BLA = -t11 | -t12 | blocked 5 local maint on"

SHEETS = [
    # reset of a circuit
    ("1.15 reset received, idle", "> RSC = RLG | [IDLE]"),
    ("1.15 reset received, call of the peer's",
     f"{OFFERED}\n > RSC = -tdigits | released 41 peer | RLG | idle | [IDLE]"),
    ("1.15 reset received, our call before its first answer",
     f"{SETUP}\n > RSC = -t2 | failed reset again | CLF | +t6 | +t7 | [OUT_RELEASING]"),
    ("1.15 reset received, our call in talk",
     f"{TALK}\n > RSC = released 41 peer | CLF | +t6 | +t7 | [OUT_RELEASING]\n > RLG = -t6 | -t7 | idle | [IDLE]"),
    ("1.15 reset received while RLG is awaited", f"{TALK}\n ! release 16 = released 16 | CLF | +t6 | +t7\n"
     "> RSC = -t6 | -t7 | CLF | +t6 | +t7 | [OUT_RELEASING]"),
    ("1.15 reset received on a circuit that we have blocked",
     f"{BLOCKED}\n > RSC = BLO | +t11 | +t12 | RLG | [IDLE]"),
    ("1.15 reset received on a circuit that the peer has blocked",
     "> BLO = blocked 5 peer maint on | BLA\n > RSC = blocked 5 peer maint off | RLG"),
    ("1.15 reset sent", f"{RESET}\n > RLG = {DONE} | [IDLE]"),
    ("1.15 reset sent, the peer clears its call", f"{RESET}\n > CLF = RLG | {DONE} | [IDLE]"),
    ("1.15 reset sent, the peer has blocked the circuit",
     f"{RESET}\n > BLO = blocked 5 peer maint on | BLA | {DONE} | [IDLE]\n > RLG =  [IDLE]"),
    ("1.15 resets of both sides", f"{RESET}\n > RSC = RLG | [RESETTING]\n > RLG = {DONE} | [IDLE]"),
    ("1.15 reset of a call", f"{TALK}\n ! reset = released 41 | RSC | +t18 | +t19 | [RESETTING]"),
    ("1.15 reset that nobody acknowledges", f"{RESET}\n t18 = RSC | +t18\n t19 = -t18 | alarm 1.15 | RSC | +t19\n"
     "t19 = alarm 1.15 | RSC | +t19\n > IAM digits=1 =  [RESETTING]\n > RLG = -t19 | idle | reset_done 5 | [IDLE]"),
    ("1.15 our blocking is told again after our reset",
     f"{BLOCKED}\n {RESET}\n > RLG = {DONE} | BLO | +t11 | +t12 | [IDLE]"),
    # blocking
    ("1.16 blocking received", "> BLO = blocked 5 peer maint on | BLA\n > BLO = BLA\n"
     "> UBL = blocked 5 peer maint off | UBA\n > UBL = UBA"),
    ("1.16 blocking received during a call", f"{TALK}\n > BLO = blocked 5 peer maint on | BLA | [OUT_TALK]"),
    ("1.16 blocking crosses our IAM", f"{SETUP}\n > BLO = blocked 5 peer maint on | BLA | -t2 | "
     "failed blocking again | CLF | +t6 | +t7 | [OUT_RELEASING]"),
    ("1.16 a test call goes on", "! setup 1000 test = IAM digits=1000 | +t2\n"
     "> BLO = blocked 5 peer maint on | BLA | [OUT_ADDRESS]"),
    ("1.16 blocking sent", f"{BLOCKED}\n > BLA = \n ! unblock = UBL | +t14 | +t15\n"
     "> UBA = -t14 | -t15 | blocked 5 local maint off"),
    ("1.16 blocking that nobody acknowledges", "! block 1 = BLO | +t11 | +t12\n t11 = BLO | +t11\n"
     "t12 = -t11 | alarm 1.16 | BLO | +t13\n t13 = BLO | +t13\n > BLA = -t13 | blocked 5 local maint on"),
    ("1.16 unblocking that nobody acknowledges", f"{BLOCKED}\n ! unblock = UBL | +t14 | +t15\n t14 = UBL | +t14\n"
     "t15 = -t14 | alarm 1.16 | UBL | +t16\n t16 = UBL | +t16\n > UBA = -t16 | blocked 5 local maint off"),
    ("1.16 IAM on a circuit that the peer has blocked unblocks it", "> BLO = blocked 5 peer maint on | BLA\n"
     "> IAM category=10 digits=1 = blocked 5 peer maint off | +tdigits | setup 1 | [IN_ADDRESS]"),
    ("1.16 IAM on a circuit that we have blocked",
     f"{BLOCKED}\n > IAM category=10 digits=1 = violation 1.16 | BLO | [IDLE]\n"
     "> BLA = \n > IAM category=13 digits=1 = +tdigits | setup 1 | [IN_ADDRESS]"),
    ("1.16 IAM while the unblocking acknowledgement is awaited", f"{BLOCKED}\n ! unblock = UBL | +t14 | +t15\n"
     "> IAM category=10 digits=1 = -t14 | -t15 | blocked 5 local maint off | +tdigits | setup 1 | [IN_ADDRESS]"),
    ("6.5 acknowledgements out of place", "> BLA = violation 6.5 | UBL\n > UBA = \n"
     f"{BLOCKED}\n > UBA = violation 6.5 | BLO"),
    # continuity check
    ("7.3 check succeeds, outgoing", f"{CHECKING}\n ! heard ok = -t8 | tone off | COT | +t2 | [OUT_ADDRESS]\n"
     "> ACM = -t2 | +tanswer | acm 0 0"),
    ("7.3 check succeeds, incoming", "> IAM continuity=1 digits=10 = tone loop | +t1 | [IN_CHECK]\n > SAO digit=7 = \n"
     "> COT = -t1 | tone off | +tdigits | setup 107 checked | [IN_ADDRESS]"),
    ("7.3 check on a previous circuit", "> IAM continuity=2 digits=10 = +t1 | [IN_CHECK]\n"
     "> COT = -t1 | +tdigits | setup 10 checked | [IN_ADDRESS]"),
    ("7.3 check fails, rechecks until it succeeds", f"{CHECKING}\n"
     "t8 = -t2 | tone off | failed continuity again | CCF | +t9 | [OUT_DELAY]\n"
     "t9 = CCR | tone send | +t8 | [OUT_RECHECK]\n t8 = tone off | CCF | alarm 7.3 | +t10 | [OUT_DELAY]\n"
     "t10 = CCR | tone send | +t8\n ! heard no = -t8 | tone off | CCF | +t10\n t10 = CCR | tone send | +t8\n"
     "! heard ok = -t8 | tone off | CLF | +t6 | +t7 | [OUT_RELEASING]\n > RLG = -t6 | -t7 | idle | [IDLE]"),
    ("7.3 check fails, incoming", "> IAM continuity=1 digits=10 = tone loop | +t1\n"
     "> CCF = -t1 | tone off | [IN_RECHECK]\n > CCR = tone loop\n > CCF = tone off\n > CCR = tone loop\n"
     "> CLF = tone off | RLG | idle | [IDLE]"),
    ("7.3 neither COT nor CCF", "> IAM continuity=1 digits=10 = tone loop | +t1\n"
     "t1 = tone off | CFL | +t4 | +t5 | [IN_FAILING]\n > CLF = -t4 | -t5 | RLG | idle | [IDLE]"),
    ("7.3 calling party clears during the check", f"{CHECKING}\n"
     "! release 16 = -t2 | -t8 | tone off | released 16 | CLF | +t6 | +t7"),
    ("7.3 clear forward during the check", "> IAM continuity=1 digits=10 = tone loop | +t1\n"
     "> CLF = -t1 | tone off | RLG | idle | [IDLE]"),
    ("7.3 dual seizure during the check", f"{CHECKING}\n > IAM category=10 digits=77 = "
     "-t2 | -t8 | tone off | failed dual_seizure again | +tdigits | setup 77 | [IN_ADDRESS]"),
    ("7.3 check without a call", "! test_continuity = CCR | tone send | +t8 | [OUT_RECHECK]\n"
     "! heard ok = -t8 | tone off | CLF | +t6 | +t7\n > RLG = -t6 | -t7 | idle | [IDLE]"),
    ("7.3 check request received", "> CCR = tone loop | [IN_RECHECK]\n > RSC = tone off | RLG | idle | [IDLE]"),
    # groups
    ("1.16 group blocking sent, maintenance", "! block_group 5 7 = MGB range=2 status=07 | +tg/MGB/5 | +tx/MGB/5\n"
     "> MBA range=2 status=07 = -tx/MGB/5 | -tg/MGB/5 | blocked 5 local maint on | blocked 6 local maint on | "
     "blocked 7 local maint on"),
    ("1.16 group unblocking takes the place of blocking",
     "! block_group 5 6 = MGB range=1 status=03 | +tg/MGB/5 | +tx/MGB/5\n"
     "! unblock_group 5 6 = -tx/MGB/5 | -tg/MGB/5 | MGU range=1 status=03 | +tg/MGU/5 | +tx/MGU/5\n"
     "> MBA range=1 status=03 = violation 6.5\n"
     "> MUA range=1 status=03 = -tx/MGU/5 | -tg/MGU/5 | blocked 5 local maint off | blocked 6 local maint off"),
    ("1.16 group message that nobody acknowledges",
     "! block_group 5 6 software = SGB range=1 status=03 | +tg/SGB/5 | +tx/SGB/5\n"
     "tg/SGB/5 = SGB range=1 status=03 | +tg/SGB/5\n"
     "tx/SGB/5 = -tg/SGB/5 | alarm 1.16 | SGB range=1 status=03 | +tx/SGB/5\n tg/SGB/5 = \n"
     "tx/SGB/5 = SGB range=1 status=03 | +tx/SGB/5\n"
     "> SBA range=1 status=01 = -tx/SGB/5 | blocked 5 local software on | violation 1.16"),
    ("1.16 acknowledgement of another range", "! block_group 5 6 = MGB range=1 status=03 | +tg/MGB/5 | +tx/MGB/5\n"
     "> MBA range=2 status=03 = violation 6.5\n > HBA range=1 status=03 = violation 6.5"),
    ("1.16 hardware group blocking sent ends calls", f"{TALK}\n ! block_group 5 6 hardware = released 41 | idle | "
     "HGB range=1 status=03 | +tg/HGB/5 | +tx/HGB/5 | [IDLE]"),
    ("1.16 group blocking received", f"{TALK}\n > MGB range=2 status=05 = blocked 5 peer maint on | "
     "blocked 7 peer maint on | MBA range=2 status=05 | [OUT_TALK]\n"
     "> MGU range=2 status=04 = blocked 7 peer maint off | MUA range=2 status=04"),
    ("1.16 group blocking received crosses our IAM", f"{SETUP}\n > MGB range=1 status=01 = blocked 5 peer maint on | "
     "-t2 | failed blocking again | CLF | +t6 | +t7 | MBA range=1 status=01"),
    ("1.16 hardware group blocking received ends calls",
     f"{TALK}\n > HGB range=1 status=01 = blocked 5 peer hardware on | "
     "released 41 peer | idle | HBA range=1 status=01 | [IDLE]\n"
     "> HGU range=1 status=01 = blocked 5 peer hardware off | HUA range=1 status=01"),
    ("1.16 single unblocking removes what a group message set", "> MGB range=1 status=01 = blocked 5 peer maint on | "
     "MBA range=1 status=01\n > UBL = blocked 5 peer maint off | UBA"),
    ("1.15 group reset sent",
     f"{TALK}\n ! reset_group 5 7 = released 41 | GRS range=2 | +tg/GRS/5 | +tx/GRS/5 | [GROUP_RESET]\n"
     "> CLF = RLG | [GROUP_RESET]\n > GRA range=2 status=02 = -tx/GRS/5 | -tg/GRS/5 | idle | idle 6 | "
     "blocked 6 peer maint on | idle 7 | reset_done 5..7 | [IDLE]"),
    ("1.15 group reset of one circuit is a reset", "! reset_group 5 5 = RSC | +t18 | +t19"),
    ("1.15 group reset received",
     f"{SETUP}\n > GRS range=2 = -t2 | failed reset again | idle | GRA range=2 status=00 | [IDLE]"),
    ("1.15 group reset received where circuits are blocked by us",
     f"{BLOCKED}\n > GRS range=1 = GRA range=1 status=01"),
    ("1.15 group reset received where hardware has failed here",
     "! block_group 5 6 hardware = HGB range=1 status=03 | +tg/HGB/5 | +tx/HGB/5\n"
     "> HBA range=1 status=03 = -tx/HGB/5 | -tg/HGB/5 | blocked 5 local hardware on | blocked 6 local hardware on\n"
     "> GRS range=1 = HGB range=1 status=03 | +tg/HGB/5 | +tx/HGB/5 | GRA range=1 status=00"),
    ("1.15 group resets of both sides", "! reset_group 5 6 = GRS range=1 | +tg/GRS/5 | +tx/GRS/5\n"
     "> GRS range=1 = GRA range=1 status=00 | [GROUP_RESET]\n"
     "> GRA range=1 status=00 = -tx/GRS/5 | -tg/GRS/5 | idle | idle 6 | reset_done 5..6"),
    ("6.5 group reset acknowledged that was not sent", "> GRA range=1 status=00 = violation 6.5"),
    # the relation
    ("2.15 pause and resume", f"{TALK}\n ! pause = status available 0\n ! release 16 = released 16 | +t6 | +t7\n"
     "t6 = +t6\n t7 = -t6 | alarm 6.4 | [OUT_STUCK]\n ! resume = status available 1 | RSC | +t18 | +t19 | [RESETTING]"),
    ("9.1 automatic congestion control", "> ACC level=2 = status acl 2"),
]  # fmt: skip


@pytest.mark.parametrize("sheet", SHEETS, ids=[f"q724-{title}" for title, _ in SHEETS])
def test_q724_supervision(sheet: tuple[str, str]) -> None:
    play(new(), sheet[1])


def shown(tup: Tup, out: list[act.Action], cic: int = CIC) -> list[str]:
    return [show(tup, action, cic) for action in out]


def test_group_messages_of_ours_never_span_an_unequipped_circuit() -> None:
    tup = new(circuits=(*range(1, 16), *range(17, 32), 40))
    sent = [text for text in shown(tup, tup.block_group([*range(1, 16), 17, 20, 40, 99], True), 0) if "B" in text]
    assert [text for text in sent if text[0] not in "+-"] == [
        "1:MGB range=14 status=ff7f", "17:MGB range=3 status=09", "40:BLO",
    ]  # fmt: skip
    assert isinstance(tup.block_group([99], True)[0], act.Refused)


def test_group_messages_of_ours_name_at_most_32_circuits() -> None:
    tup = new(circuits=tuple(range(100)))
    out = shown(tup, tup.restart_all(), 0)
    sent = [text for text in out if "range" in text]
    assert sent == ["GRS range=31", "32:GRS range=31", "64:GRS range=31", "96:GRS range=3"]


def test_a_lone_circuit_takes_a_neighbour_into_the_range_without_meaning_it() -> None:
    tup = new(circuits=(1, 2, 3))
    assert shown(tup, tup.block_group([3], True, hardware=True), 0)[0] == "2:HGB range=1 status=02"
    assert (tup.state.circuits[2].local, tup.state.circuits[3].local) == (0, 2)


def test_ranges_of_the_peers_are_answered_whole_where_their_first_circuit_is_equipped() -> None:
    tup = new(circuits=(5, 7))
    assert shown(tup, give(tup, message("MGB range=2 status=07", 5)))[-1] == "MBA range=2 status=05"
    assert shown(tup, give(tup, message("GRS range=2", 5)))[-1] == "GRA range=2 status=00"
    assert shown(tup, give(tup, message("MGB range=2 status=07", 6))) == ["violation 6.5"]
    assert shown(tup, give(tup, message("GRS range=255", 7)))[-1].startswith("7:GRA range=255")


def test_range_0_means_the_pcm_system_of_the_circuit() -> None:
    tup = new(circuits=(*range(1, 32), 33))
    out = shown(tup, give(tup, message("MGB range=0", 1)), 1)
    assert len(out) == 32
    assert out[-1] == "MBA"
    assert [circuit.remote for circuit in tup.state.circuits.values()] == [1] * 31 + [0]


def test_circuits_are_selected_from_opposite_ends() -> None:
    """Of ours the one idle longest, then of the peer's the one idle shortest (clause 2)."""
    tup = new(circuits=(1, 2, 3, 4, 5))
    taken = [tup.setup(SetupRequest("1"))[0] for _ in range(3)]
    assert taken == [2, 4, 5]
    for cic in (4, 2):
        tup.release(cic, 16)
        give(tup, message("RLG", cic))
    tup.block(1, True)
    assert [tup.setup(SetupRequest("1"))[0] for _ in range(4)] == [4, 2, 3, None]
    assert tup.setup(SetupRequest("1"))[1] == [act.SetupFailed(0, "no_circuit", False)]
    assert tup.setup(SetupRequest("1"), 2)[1] == [act.SetupFailed(0, "not_idle", False)]


def test_no_calls_to_a_peer_that_is_not_there() -> None:
    tup = new()
    tup.pause()
    assert tup.pause() == []
    assert tup.setup(SetupRequest("1")) == (None, [act.SetupFailed(0, "unavailable", False)])
    tup.resume()
    assert tup.setup(SetupRequest("1"))[0] == 2
    assert shown(tup, tup.status("congestion", 1)) == ["status congestion 1"]
    assert shown(tup, tup.status("user_unequipped")) == ["status user_part 0", "+tuser"]
    assert tup.status("user_unequipped") == []
    assert tup.setup(SetupRequest("1"))[0] is None
    assert shown(tup, tup.timer("tuser")) == ["status user_part 1"]
    tup.status("user_unequipped")
    assert shown(tup, give(tup, message("RLG", 5))) == ["-tuser", "status user_part 1"]


def test_digits_that_are_none_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="12Z"):
        new().setup(SetupRequest("12Z"))
    with pytest.raises(ValueError):
        new().more_digits(CIC, "x")


def test_timers_keep_their_windows() -> None:
    assert all(low <= default <= high for low, default, high, _ in TIMERS.values())
    with pytest.raises(ValueError, match="t17"):
        new(timers={"t17": 1})
    tup = new(timers={"t2": seconds(20)})
    _, out = tup.setup(SetupRequest("1"), OWN_CIC)
    assert act.StartTimer(f"t2/{OWN_CIC}", seconds(20)) in out


def test_timers_that_do_not_run_change_nothing() -> None:
    tup = new()
    before = tup.state.circuits[CIC].state
    for name in (*TIMERS, "nonsense"):
        for key in (f"{name}/{CIC}", f"{name}/400", f"{name}/x", name):
            assert tup.timer(key) == []
    assert before is Circuits.IDLE
    assert tup.state.violations_count == 0
    assert MessageType.GRS not in tup.state.groups
