"""Every word that is written stands in the published schemas, and in their order.

Source of the lists: the schemas of ECMA-323, 3rd and 6th edition, and of ECMA-354, as the public repository
emsonm/Ratcow.Csta holds them compiled to classes (Ratcow.Csta.Ecma323/Ed3, Ratcow.Csta.Ecma354). Names alone are kept
here, and of those only the ones that this project needs.
"""

from __future__ import annotations

import pytest

from switchsim.proto.csta import requests
from switchsim.proto.csta.vocabulary import (
    AGENT_STATES,
    ANSWERS,
    CAUSES,
    CLEARING_CAUSES,
    ERRORS,
    EVENT_LIST_NAMES,
    EVENTS,
    FILTERS,
    LOCAL_STATES,
    REQUESTED_AGENT_STATES,
    SERVICES,
    SESSION_ERRORS,
)

SCHEMA_EVENTS = {
    "ServiceInitiatedEvent": "initiatedConnection initiatingDevice localConnectionInfo cause",
    "OriginatedEvent": "originatedConnection callingDevice calledDevice localConnectionInfo cause",
    "DeliveredEvent": "connection alertingDevice callingDevice calledDevice "
    "lastRedirectionDevice localConnectionInfo cause",
    "EstablishedEvent": "establishedConnection answeringDevice callingDevice calledDevice "
    "lastRedirectionDevice localConnectionInfo cause",
    "QueuedEvent": "queuedConnection queue callingDevice calledDevice lastRedirectionDevice "
    "numberQueued callsInFront localConnectionInfo cause",
    "HeldEvent": "heldConnection holdingDevice localConnectionInfo cause",
    "RetrievedEvent": "retrievedConnection retrievingDevice localConnectionInfo cause",
    "DivertedEvent": "connection divertingDevice newDestination callingDevice calledDevice "
    "lastRedirectionDevice localConnectionInfo cause",
    "ConferencedEvent": "primaryOldCall secondaryOldCall conferencingDevice addedParty "
    "conferenceConnections localConnectionInfo cause",
    "TransferedEvent": "primaryOldCall secondaryOldCall transferringDevice transferredToDevice "
    "transferredConnections localConnectionInfo cause",
    "FailedEvent": "failedConnection failingDevice callingDevice calledDevice "
    "lastRedirectionDevice localConnectionInfo cause",
    "NetworkReachedEvent": "outboundConnection networkInterfaceUsed callingDevice calledDevice "
    "lastRedirectionDevice localConnectionInfo cause",
    "ConnectionClearedEvent": "droppedConnection releasingDevice localConnectionInfo cause",
    "CallClearedEvent": "clearedCall cause",
    "DigitsGeneratedEvent": "connection digitGeneratedList",
    "OutOfServiceEvent": "device cause",
    "BackInServiceEvent": "device cause",
    "AgentLoggedOnEvent": "agentDevice agentID acdGroup cause",
    "AgentLoggedOffEvent": "agentDevice agentID acdGroup cause",
    "AgentReadyEvent": "agentDevice agentID acdGroup cause",
    "AgentNotReadyEvent": "agentDevice agentID acdGroup cause",
    "AgentBusyEvent": "agentDevice agentID acdGroup pendingAgentState cause",
    "AgentWorkingAfterCallEvent": "agentDevice agentID acdGroup pendingAgentState cause",
}
SCHEMA_ANSWERS = {
    "StartApplicationSessionPosResponse": "sessionID actualProtocolVersion actualSessionDuration",
    "StartApplicationSessionNegResponse": "errorCode",
    "ResetApplicationSessionTimerPosResponse": "actualSessionDuration",
    "ResetApplicationSessionTimerNegResponse": "errorCode",
    "StopApplicationSessionPosResponse": "",
    "StopApplicationSessionNegResponse": "errorCode",
    "ApplicationSessionTerminated": "sessionID sessionTermReason",
    "SystemStatus": "sysStatRegisterID systemStatus",
    "SystemStatusResponse": "",
    "SystemRegisterResponse": "sysStatRegisterID",
    "SystemRegisterCancelResponse": "",
    "RequestSystemStatusResponse": "systemStatus",
    "MonitorStartResponse": "monitorCrossRefID",
    "MonitorStop": "monitorCrossRefID",
    "MonitorStopResponse": "",
    "SnapshotDeviceResponse": "crossRefIDorSnapshotData",
    "SnapshotDeviceData": "serviceCrossRefID segmentID lastSegment snapshotData",
    "SnapshotCallResponse": "crossRefIDorSnapshotData callingDevice calledDevice",
    "GetSwitchingFunctionDevicesResponse": "serviceCrossRefID",
    "SwitchingFunctionDevices": "serviceCrossRefID segmentID lastSegment deviceList",
    "GetCSTAFeaturesResponse": "supportedServices supportedEvents",
    "MakeCallResponse": "callingDevice",
    "AnswerCallResponse": "",
    "ClearConnectionResponse": "",
    "ClearCallResponse": "",
    "HoldCallResponse": "",
    "RetrieveCallResponse": "",
    "ConsultationCallResponse": "initiatedCall",
    "ReconnectCallResponse": "",
    "TransferCallResponse": "transferredCall",
    "SingleStepTransferCallResponse": "transferredCall",
    "ConferenceCallResponse": "conferenceCall",
    "DeflectCallResponse": "",
    "GetAgentStateResponse": "agentStateList",
    "SetAgentStateResponse": "pendingAgentState",
    "RouteRegisterResponse": "routeRegisterReqID",
    "RouteRegisterCancelResponse": "",
    "RouteRequest": "crossRefIdentifier routeRegisterReqID currentRoute callingDevice "
    "routeingDevice routedCall routeSelAlgorithm",
    "RouteUsed": "crossRefIdentifier routeRegisterReqID routeUsed callingDevice",
    "RouteEnd": "crossRefIdentifier routeRegisterReqID errorValue",
}
SCHEMA_REQUESTS = {
    "StartApplicationSession": "applicationInfo requestedProtocolVersions requestedSessionDuration",
    "ResetApplicationSessionTimer": "sessionID requestedSessionDuration",
    "StopApplicationSession": "sessionID sessionEndReason",
    "SystemRegister": "requestTypes requestedStatusFilter extensions",
    "SystemRegisterCancel": "sysStatRegisterID",
    "SystemStatus": "sysStatRegisterID systemStatus",
    "RequestSystemStatus": "sysStatRegisterID",
    "MonitorStart": "monitorObject requestedMonitorFilter monitorType extensions",
    "MonitorStop": "monitorCrossRefID",
    "SnapshotDevice": "snapshotObject",
    "SnapshotCall": "snapshotObject",
    "GetSwitchingFunctionDevices": "requestedDeviceID requestedDeviceCategory",
    "GetCSTAFeatures": "extensions",
    "MakeCall": "callingDevice calledDirectoryNumber autoOriginate",
    "AnswerCall": "callToBeAnswered",
    "ClearConnection": "connectionToBeCleared reason",
    "ClearCall": "callToBeCleared",
    "HoldCall": "callToBeHeld",
    "RetrieveCall": "callToBeRetrieved",
    "GenerateDigits": "connectionToSendDigits charactersToSend",
    "ConsultationCall": "existingCall consultedDevice",
    "TransferCall": "heldCall activeCall",
    "ConferenceCall": "heldCall activeCall",
    "AlternateCall": "heldCall activeCall",
    "ReconnectCall": "activeCall heldCall",
    "SingleStepTransferCall": "activeCall transferredTo",
    "DeflectCall": "callToBeDiverted newDestination",
    "GetAgentState": "device acdGroup",
    "SetAgentState": "device requestedAgentState agentID password group",
    "RouteRegister": "routeingDevice",
    "RouteRegisterCancel": "routeRegisterReqID",
    "RouteSelect": "crossRefIdentifier routeRegisterReqID routeSelected routeUsedReq",
    "RouteEnd": "crossRefIdentifier routeRegisterReqID errorValue",
}
SCHEMA_FILTERS = {
    "callcontrol": "callCleared conferenced connectionCleared delivered diverted established failed held "
    "networkReached originated queued retrieved serviceInitiated transferred",
    "callAssociated": "digitsGenerated",
    "logicalDeviceFeature": "agentBusy agentLoggedOn agentLoggedOff agentNotReady agentReady agentWorkingAfterCall",
    "maintenance": "backInService outOfService",
}
SCHEMA_SERVICES = {
    "capExchangeServList": "getCSTAFeatures getSwitchingFunctionDevices switchingFunctionDevices",
    "systemStatServList": "systemRegister systemStatusRegisterCancel requestSystemStatus systemStatus",
    "monitoringServList": "monitorStart monitorStop",
    "snapshotServList": "snapshotCall snapshotDevice snapshotDeviceData",
    "callControlServList": "answerCall clearCall clearConnection conferenceCall consultationCall deflectCall holdCall "
    "makeCall reconnectCall retrieveCall singleStepTransfer transferCall",
    "routeingServList": "routeRegister routeRegisterCancel routeEnd routeRequest routeSelect routeUsed",
    "logicalServList": "getAgentState setAgentState",
}
SCHEMA_CAUSES = (
    "busy callCancelled callForwardNoAnswer callNotAnswered conference destNotObtainable destOutOfOrder "
    "distributed enteringDistribution makeCall networkCongestion networkOutOfOrder newCall "
    "noAvailableAgents normal normalClearing numberChanged numberUnallocated overflow redirected singleStepTransfer "
    "transfer trunksBusy"
)
SCHEMA_ERRORS = {
    "operation": "generic invalidParameterValue invalidDestination invalidMonitorCrossRefID "
    "invalidMonitorObject invalidRouteingCrossRefID invalidRouteRegistrationCrossRefID invalidCallID "
    "invalidConnectionID invalidDeviceID invalidCallingDeviceID agentStateNotSupported sysStatRegIDNotSupported "
    "routeingTimerExpired requestIncompatibleWithConnection serviceNotSupported "
    "securityViolation",
    "stateIncompatibility": "invalidObjectState invalidConnectionState noActiveCall noCallToAnswer noHeldCall",
    "systemResourceAvailibility": "resourceBusy networkBusy resourceOutOfService resourceLimitExceeded "
    "overallMonitorLimitExceeded registrationLimitExceeded",
    "performanceManagement": "performanceLimitExceeded",
}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_events_have_the_schema_s_elements_in_its_order(name: str) -> None:
    assert EVENTS[name] == tuple(SCHEMA_EVENTS[name].split())


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_answers_have_the_schema_s_elements_in_its_order(name: str) -> None:
    assert ANSWERS[name] == tuple(SCHEMA_ANSWERS[name].split())


def test_transfered_and_availibility_are_spelled_as_in_the_schemas() -> None:
    assert "TransferedEvent" in EVENTS
    assert "TransferredEvent" not in EVENTS
    assert "systemResourceAvailibility" in ERRORS


@pytest.mark.parametrize("name", sorted(requests.ROWS))
def test_required_elements_of_requests_are_the_schema_s(name: str) -> None:
    assert {element for _, element in requests.ROWS[name].required} <= set(SCHEMA_REQUESTS[name].split())


def test_no_request_is_without_its_schema() -> None:
    assert set(requests.ROWS) == set(SCHEMA_REQUESTS)


def test_filters_and_services() -> None:
    assert set(FILTERS) == set(EVENTS)
    for group, name in FILTERS.values():
        assert name in SCHEMA_FILTERS[group].split()
    assert {group: " ".join(names) for group, names in SERVICES.items()} == SCHEMA_SERVICES
    assert EVENT_LIST_NAMES == {"networkReached": "netwReached"}


def test_values() -> None:
    assert tuple(SCHEMA_CAUSES.split()) == CAUSES
    assert set(CLEARING_CAUSES.values()) <= set(CAUSES)
    assert {category: set(values) for category, values in ERRORS.items()} == {
        category: set(values.split()) for category, values in SCHEMA_ERRORS.items()
    }
    assert LOCAL_STATES == ("initiated", "alerting", "connected", "hold", "queued", "fail")
    assert list(AGENT_STATES) == ["agentNull", "agentNotReady", "agentReady", "agentBusy", "agentWorkingAfterCall"]
    assert REQUESTED_AGENT_STATES == ("loggedOn", "loggedOff", "notReady", "ready", "workingAfterCall")
    assert SESSION_ERRORS == ("invalidApplicationInfo", "requestedProtocolVersionNotSupported", "invalidSessionID")
