"""IVR: call flows written in a small language (docs), run on the voice channels of the VPs."""

from switchsim.callcentre.ivr.flow import Flow
from switchsim.callcentre.ivr.process import Ivr
from switchsim.callcentre.ivr.state import IvrConfig

__all__ = ["Flow", "Ivr", "IvrConfig"]
