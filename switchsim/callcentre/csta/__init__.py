"""The CSTA III XML interface of the switch: a projection of the CTI link for outside applications.

`server` is the process; `sessions` lets clients in, `system` keeps monitors and snapshots, `lines` and `agents` turn
what the switch tells into events, `control` and `routing` turn requests into orders.
"""

from switchsim.callcentre.csta.server import Csta
from switchsim.callcentre.csta.state import CstaConfig

__all__ = ["Csta", "CstaConfig"]
