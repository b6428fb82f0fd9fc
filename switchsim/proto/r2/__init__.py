"""Signalling system R2: digital line signalling and compelled register signals (Q.400 to Q.490), and China No.1."""

from __future__ import annotations

from switchsim.proto.r2.actions import Action as Action
from switchsim.proto.r2.actions import AddressCompleteInd as AddressCompleteInd
from switchsim.proto.r2.actions import AnswerInd as AnswerInd
from switchsim.proto.r2.actions import BlockedInd as BlockedInd
from switchsim.proto.r2.actions import ClearBackInd as ClearBackInd
from switchsim.proto.r2.actions import DigitInd as DigitInd
from switchsim.proto.r2.actions import FreeRegister as FreeRegister
from switchsim.proto.r2.actions import IdleInd as IdleInd
from switchsim.proto.r2.actions import MaintenanceAlarm as MaintenanceAlarm
from switchsim.proto.r2.actions import PulseTone as PulseTone
from switchsim.proto.r2.actions import Recognised as Recognised
from switchsim.proto.r2.actions import ReleasedInd as ReleasedInd
from switchsim.proto.r2.actions import SeizedInd as SeizedInd
from switchsim.proto.r2.actions import SeizeRegister as SeizeRegister
from switchsim.proto.r2.actions import SendLine as SendLine
from switchsim.proto.r2.actions import SendTone as SendTone
from switchsim.proto.r2.actions import SetupFailed as SetupFailed
from switchsim.proto.r2.actions import SetupInd as SetupInd
from switchsim.proto.r2.actions import StartTimer as StartTimer
from switchsim.proto.r2.actions import StopTimer as StopTimer
from switchsim.proto.r2.actions import StopTone as StopTone
from switchsim.proto.r2.actions import Violation as Violation
from switchsim.proto.r2.circuit import Circuit as Circuit
from switchsim.proto.r2.codes import sendable as sendable
from switchsim.proto.r2.recognition import UNKNOWN as UNKNOWN
from switchsim.proto.r2.recognition import Recogniser as Recogniser
from switchsim.proto.r2.recognition import RecogniserState as RecogniserState
from switchsim.proto.r2.standby import adopt_call as adopt_call
from switchsim.proto.r2.standby import export_call as export_call
from switchsim.proto.r2.state import Line as Line
from switchsim.proto.r2.state import R2Config as R2Config
from switchsim.proto.r2.state import R2State as R2State
from switchsim.proto.r2.state import Sending as Sending
from switchsim.proto.r2.state import Stage as Stage
from switchsim.proto.r2.state import new_state as new_state
from switchsim.proto.r2.timers import TIMERS as TIMERS
