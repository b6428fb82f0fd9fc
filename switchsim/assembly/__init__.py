"""YAML becomes a machine. The only package that knows hardware, firmware, call centre and far end together."""

from switchsim.assembly.build import build
from switchsim.assembly.built import Machine

__all__ = ["Machine", "build"]
