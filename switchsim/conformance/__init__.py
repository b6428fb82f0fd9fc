"""Conformance sheets: tests of ITU-T test specifications written as text, played by a tester against our protocols.

A sheet is read by `reader.read_sheet`, played by the `Player` of its standard, and judged with a verdict of
`switchsim.conformance.verdict`. See docs/conformance-sheets.md.
"""
