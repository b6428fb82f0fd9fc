"""YAML becomes a machine. The only package that knows hardware, firmware, call centre and far end together."""

from switchsim.assembly.build import Machine, build

__all__ = ["Machine", "build"]
