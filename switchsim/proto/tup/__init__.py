"""Telephone user part (Q.721 to Q.724), with the messages that China adds (GF 001-9001)."""

from __future__ import annotations
