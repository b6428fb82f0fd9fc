"""Adaptors: what moves bytes between the machine and outside programs. Bytes only; no protocol is known here."""
