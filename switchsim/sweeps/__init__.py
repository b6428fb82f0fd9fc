"""Acceptance curves of tone receivers: random signals, impaired along an axis, given to ours and to libspandsp's.

What is measured here reaches no journal, so floats and numpy are at home; the receivers are the shipped ones.
"""
