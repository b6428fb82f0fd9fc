"""The AGI client of the platform: it dials out to an IVR server, which serves calls of the switch by commands."""

from switchsim.callcentre.agi.client import AgiClient
from switchsim.callcentre.agi.state import AgiConfig, AgiState, Session

__all__ = ["AgiClient", "AgiConfig", "AgiState", "Session"]
