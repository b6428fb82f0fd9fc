"""A pair of signalling transfer points between the machine and an exchange: what fails, and where traffic goes (Q.704).

Calls go on all the time. What every user part gives to the MTP at one end is compared with what comes out at the other,
for each SLS by itself: nothing twice, nothing out of order, and nothing lost where the Recommendation keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from office_bench import Bench, agent

from switchsim.assembly.loads import ConstantLoad
from switchsim.model.events import MessageDelivered, MessageSent, UnitReceived, UnitSent
from switchsim.model.order import Act
from switchsim.units import ms, seconds

MACHINE, CITY, STP_A, STP_B = "frame/0/slot/2/program", "farend/exchange/city", "farend/stp/stp_a", "farend/stp/stp_b"
LINK_A, LINK_B = "e1-0:16", "e1-1:16"
CITY_A, CITY_B, BETWEEN = "stp_a:city:0", "stp_b:city:0", "stp_a:stp_b:0"
TO_MACHINE, TO_CITY, TO_OTHER = 0, 1, 2
"""How a transfer point counts its links."""
CITY_CODE = 2
START, STOP = 6, 26
"""Seconds in which calls begin: after the first restart, whose T18 is 4 s."""
HEADINGS = {"TFP": "14", "TFA": "54"}


class Pair(Bench):
    """Ten calls a second; both transfer points have restarted."""

    def __init__(self, rate: str = "10/s") -> None:
        load = ConstantLoad.model_validate({
            "name": "rush", "shape": "constant", "rate": rate, "numbers": ["10000"], "start": f"{START}s",
            "stop": f"{STOP}s", "patience": "700ms"})  # fmt: skip
        super().__init__(agent("1001", "1002"), machine="stp_pair_ss7", settle=seconds(START), load=[load.wanted()])
        self.run(seconds(1))

    def stp(self, place: str, act: str, *links: int) -> None:
        """Management of a transfer point: activate, deactivate."""
        for link in links:
            self.order(place, Act(act, {"link": link}))

    def drained(self) -> None:
        """No calls any more, and nothing on its way."""
        self.run(seconds(STOP) + seconds(8) - self.now)

    def shares(self, since: int, until: int) -> Counter[str]:
        """How many messages of ISUP went out on each link, both directions."""
        found: Counter[str] = Counter()
        for record in self.records:
            if since <= record.at < until and isinstance(record.event, UnitSent | UnitReceived):
                found[record.event.link] += record.event.octets[6:8] == "85"
        return found

    def used(self, wait: int) -> set[str]:
        """The links that carry messages of ISUP from now on."""
        since = self.now
        self.run(wait)
        return {link for link, count in self.shares(since, self.now).items() if count}

    def managed(self, link: str, heading: str, since: int = 0) -> int:
        """How many messages TFP or TFA about the exchange came to the machine on a link."""
        wanted = HEADINGS[heading] + CITY_CODE.to_bytes(2, "little").hex()
        return sum(record.at >= since and isinstance(record.event, UnitReceived) and record.event.link == link
                   and record.event.octets[6:8] == "80" and record.event.octets[16:22] == wanted
                   for record in self.records)

    def told(self, since: int = 0) -> list[str]:
        """What users of the machine were told of the exchange."""
        return [event.state for event in self.events("Destination", since, place=MACHINE, point_code=CITY_CODE)]

    def lost(self) -> int:
        """Messages that never came, both directions; none came twice, or before an earlier one of its flow."""
        return self._lost(MACHINE, CITY) + self._lost(CITY, MACHINE)

    def _lost(self, sender: str, receiver: str) -> int:
        sent = self._flows(sender, MessageSent)
        came = self._flows(receiver, MessageDelivered)
        assert came.keys() <= sent.keys()
        for sls, messages in came.items():
            rest: Iterable[str] = iter(sent[sls])
            assert all(message in rest for message in messages), f"SLS {sls} of {sender}: doubled or overtaken"
        return sum(len(messages) - len(came.get(sls, [])) for sls, messages in sent.items())

    def _flows(self, place: str, kind: type) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for record in self.records:
            if record.place == place and isinstance(record.event, kind):
                found.setdefault(record.event.sls, []).append(record.event.octets)  # type: ignore[attr-defined]
        return found


def test_traffic_is_shared_by_both_transfer_points() -> None:
    """One bit of the SLS chooses (Q.704 4.2.2): about half each, of each SLS all the same way."""
    pair = Pair()
    pair.run(seconds(10))
    shares = pair.shares(0, pair.now)
    assert set(shares) == {LINK_A, LINK_B, CITY_A, CITY_B, BETWEEN}
    assert shares[BETWEEN] == 0
    assert min(shares[LINK_A], shares[LINK_B]) * 4 > max(shares[LINK_A], shares[LINK_B])
    pair.drained()
    assert pair.lost() == 0
    assert sum(map(len, pair._flows(MACHINE, MessageSent).values())) > 400


def test_the_link_to_one_transfer_point_fails() -> None:
    """Changeover to the other link set, the orders by way of the other point (5.3); afterwards changeback."""
    pair = Pair()
    heal = pair.fault("link_cut", {"link": LINK_A, "end": "machine"})
    pair.wait("Changeover", place=MACHINE, link=LINK_A, to_links=LINK_B)
    pair.wait("Changeover", since=0, place=STP_A, link=LINK_A)
    pair.run(seconds(1))
    assert pair.used(seconds(2)) == {LINK_B, CITY_A, CITY_B, BETWEEN}
    heal()
    pair.wait("SignallingLink", seconds(12), place=MACHINE, link=LINK_A, state="available")
    pair.run(seconds(2))
    assert {LINK_A, LINK_B} <= pair.used(seconds(2))
    pair.drained()
    assert pair.told() == ["resume"]
    assert pair.lost() == 0


def test_the_link_of_a_transfer_point_to_the_exchange_fails() -> None:
    """The other transfer point is its alternative: nobody else has to know (13.2.2)."""
    pair = Pair()
    since = pair.now
    pair.stp(STP_A, "deactivate", TO_CITY)
    pair.run(seconds(2))
    assert pair.used(seconds(2)) == {LINK_A, LINK_B, BETWEEN, CITY_B}
    assert pair.managed(LINK_A, "TFP", since) == 0
    pair.stp(STP_A, "activate", TO_CITY)
    pair.wait("SignallingLink", seconds(12), place=STP_A, link=CITY_A, state="available")
    pair.run(seconds(3))
    assert CITY_A in pair.used(seconds(2))
    pair.drained()
    assert pair.told() == ["resume"]
    assert pair.lost() == 0


def test_a_transfer_point_loses_the_exchange() -> None:
    """TFP, forced rerouting at once; TFA, controlled rerouting after T6 (7, 8, 13)."""
    pair = Pair()
    pair.stp(STP_A, "deactivate", TO_OTHER)
    pair.run(seconds(2))
    since = pair.now
    pair.stp(STP_A, "deactivate", TO_CITY)
    pair.run(ms(300))
    assert pair.managed(LINK_A, "TFP", since) >= 1
    assert pair.used(seconds(2)) & {LINK_A, LINK_B} == {LINK_B}
    assert pair.told() == ["resume"]
    pair.stp(STP_A, "activate", TO_CITY, TO_OTHER)
    pair.wait("SignallingLink", seconds(12), place=STP_A, link=CITY_A, state="available")
    pair.run(seconds(3))
    assert pair.managed(LINK_A, "TFA", since) >= 1
    assert {LINK_A, LINK_B, CITY_A} <= pair.used(seconds(2))
    pair.drained()
    assert pair.told() == ["resume"]
    assert pair.lost() <= 4, "what was on its way through the point when it lost the exchange"


def test_both_links_fail() -> None:
    """The exchange can not be reached, MTP-PAUSE; when a link is back this point restarts, MTP-RESUME (9, 11.2)."""
    pair = Pair()
    heals = [pair.fault("link_cut", {"link": link, "end": "machine"}) for link in (LINK_A, LINK_B)]
    pair.wait("Destination", place=MACHINE, point_code=CITY_CODE, state="pause")
    pair.run(seconds(1))
    assert pair.used(seconds(1)) & {LINK_A, LINK_B} == set()
    heals[1]()
    pair.wait("Destination", seconds(20), place=MACHINE, point_code=CITY_CODE, state="resume")
    assert pair.told() == ["resume", "pause", "resume"]
    heals[0]()
    pair.run(seconds(1))
    pair.drained()
    assert pair.told() == ["resume", "pause", "resume"]
    assert pair.lost() < 60, "what users gave before they were told, and what had begun"


@pytest.mark.parametrize("rate", ["4/s", "10/s"])
def test_a_transfer_point_restarts(rate: str) -> None:
    """It has no link for a while; until it has heard its neighbours and says TRA it gets no traffic (9.2, 9.4)."""
    pair = Pair(rate)
    pair.stp(STP_A, "deactivate", TO_MACHINE, TO_CITY, TO_OTHER)
    pair.run(seconds(2))
    assert pair.used(seconds(1)) == {LINK_B, CITY_B}
    since = pair.now
    pair.stp(STP_A, "activate", TO_MACHINE, TO_CITY, TO_OTHER)
    restarted = pair.wait("Destination", seconds(20), since=since, place=STP_A, point_code=11, state="restarted")
    early = pair.shares(since, restarted.at)
    assert early[LINK_A] == early[CITY_A] == 0
    assert early[LINK_B] > 0
    pair.run(seconds(2))
    assert {LINK_A, LINK_B, CITY_A, CITY_B} <= pair.used(seconds(2))
    pair.drained()
    assert pair.told() == ["resume"]
    assert pair.lost() <= 4, "what was on its way when the links went"


@pytest.mark.parametrize("fault", ["board_power", "board_hang"])
def test_the_signalling_board_of_a_link_goes_and_comes_back(fault: str) -> None:
    """Its buffers can not be read: changeover in emergency. A board that is back begins with a link out of service."""
    pair = Pair()
    heal = pair.fault(fault, {"board": "frame/0/slot/11"})
    pair.wait("Changeover", place=MACHINE, link=LINK_A, to_links=LINK_B)
    pair.run(seconds(1))
    assert pair.used(seconds(1)) & {LINK_A, LINK_B} == {LINK_B}
    heal()
    pair.wait("SignallingLink", seconds(12), place=MACHINE, link=LINK_A, state="available")
    pair.run(seconds(2))
    assert {LINK_A, LINK_B} <= pair.used(seconds(2))
    pair.drained()
    assert pair.told() == ["resume"]
    assert pair.lost() <= 4, "what was in the board"
