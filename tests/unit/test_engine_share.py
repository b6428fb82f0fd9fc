"""A machine's share of a native core gives every act on: one that it forgot would act upon no core at all."""

from __future__ import annotations

from switchsim.assembly.share import EngineShare
from switchsim.dsp.engine import EV_DIGIT_ON, Engine, EngineConfig

OF_THE_CORE = {"run", "snapshot", "restore", "define_tone_sets", "connected"}
"""Acts of whoever owns the core, and what only tests ask."""


def test_every_act_of_an_engine_is_given_on() -> None:
    acts = {name for one in Engine.__mro__[:-1] for name in vars(one) if not name.startswith("_")}
    assert acts - set(vars(EngineShare)) == OF_THE_CORE


def test_limits_of_a_receiver_are_those_of_its_machine() -> None:
    """The second machine's receiver 0 hears a digit that its own, stricter set of limits refuses in the first's."""
    own, both = EngineConfig(n_sources=1, n_receivers=1), EngineConfig(n_sources=2, n_receivers=2)
    core = Engine(both)
    shares = [EngineShare(core, own, EngineConfig()), EngineShare(core, own, own)]
    core.receiver_limits("china", 1)
    for share in shares:
        share.receiver_listen(0, share.first_source_cell)
        share.source_digits(0, "5", 800, 800, -40_000, -40_000)
    shares[1].receiver_use(0, 1)
    heard = []
    while core.now < 1600:
        heard += [event.unit for event in core.run(1600) if event.kind == EV_DIGIT_ON]
    assert heard == [0]
