"""Signalling terminals: MTP2 on the native core, the same for the machine's boards and for the far end.

A board or an exchange that carries links owns one `Terminals`; it is no part, and acts through its owner's.
"""
