"""Tagged traffic over a network of signalling points, and the judge of what became of it."""

from __future__ import annotations

from mtp3_network import Network


class Load:
    """Tagged traffic both ways between A and B, one message of each SLS every `step` cycles; `check` judges it."""

    def __init__(self, network: Network, step: int = 400, points: tuple[tuple[str, int, str], ...] = ()) -> None:
        self.network, self.step = network, step
        self.points = points or (("A", 2, "B"), ("B", 1, "A"))
        self.number = 0
        self.stopped = False
        self.sent: list[tuple[str, int, int]] = []
        self.tick()

    def tick(self) -> None:
        if self.stopped:
            return
        self.number += 1
        for node, dpc, to in self.points:
            if self.network.paused.get((node, dpc), True):
                continue
            for sls in range(16):
                self.sent.append((to, sls, self.number))
                self.network.send(node, dpc, sls, self.number.to_bytes(4, "big"))
        self.network.later(self.step, self.tick)

    def stop(self, settle: int = 40000) -> None:
        self.stopped = True
        self.network.run(settle)

    def received(self) -> list[tuple[str, int, int]]:
        return [(node, one.sls, int.from_bytes(one.data, "big")) for node, one in self.network.delivered]

    def lost(self) -> list[tuple[str, int, int]]:
        """What never arrived; asserts that nothing came twice and that each SLS is in sequence."""
        came = self.received()
        assert len(came) == len(set(came)), "a message came twice"
        last: dict[tuple[str, int], int] = {}
        for node, sls, number in came:
            assert number > last.get((node, sls), 0), f"out of sequence at {node}, SLS {sls}: {number}"
            last[node, sls] = number
        there = set(came)
        return [one for one in self.sent if one not in there]
