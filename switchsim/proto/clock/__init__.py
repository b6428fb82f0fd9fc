"""Clocks of a digital network: oscillators, phase-locked loops, choice of reference, elastic stores. No clock, no I/O.

A frequency is an integer: parts per billion (ppb) off the nominal one. It is constant between the instants that
`next_change` names, so whatever it leads to - a phase, a slip - is computed, and never stepped to. Time is in cycles.

oscillator: what a crystal does by itself. pll: what a clock makes of its reference (G.812, G.813). ssm, selector: which
reference that is (G.704, G.781). store: how far a line's writer and reader have drifted apart, and when it slips.
"""
