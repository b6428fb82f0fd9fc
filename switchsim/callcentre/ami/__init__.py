"""The AMI server of the platform: the switch as clients of an Asterisk manager interface see it."""

from switchsim.callcentre.ami.server import Ami
from switchsim.callcentre.ami.state import AmiConfig

__all__ = ["Ami", "AmiConfig"]
