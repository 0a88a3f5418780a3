/**
 * The subscriber, its sources, the operators on status streams, and the errors and names that go with them.
 *
 * @module rx-op-control
 */

// The subscriber
export { OpControlSubscriber } from "./OpControlSubscriber.js";
export type { AwaitOptions, ReadyOptions, WhenRunnableOptions } from "./OpControlSubscriber.js";
export type { CleanupOptions, OpRun, OpWork } from "./runOp.js";
export type { Cleanup } from "./cleanUp.js";
export type {
  AgentIdentity,
  ConnectOptions,
  FromOptions,
  GatewayOptions,
  KeepaliveOptions,
  OpControlOptions,
  Reconcile,
  ReconnectOptions,
  WhenStaleOptions,
} from "./options.js";

// Sources
export { gatewaySignals } from "./gatewaySignals.js";
export { mergeSources } from "./channel/mergeSources.js";
export { SignalObservable } from "./channel/SignalObservable.js";
export type { ChannelEvent, SignalSource } from "./channel/SignalSource.js";

// What was missed
export { restReconciler } from "./rest/restReconciler.js";
export { OpsApiError } from "./rest/OpsApiError.js";
export type { OpsClientOptions } from "./rest/OpsClient.js";
export type { OpRecord, OpRecordState } from "./rest/OpRecord.js";

// Operators
export { awaitOp } from "./operators/awaitOp.js";
export { dropWhilePaused } from "./operators/dropWhilePaused.js";
export { failOnTerminate } from "./operators/failOnTerminate.js";
export { holdByOp } from "./operators/holdByOp.js";
export { holdWhilePaused } from "./operators/holdWhilePaused.js";
export type { HoldByOpOptions } from "./operators/HoldByOpOptions.js";
export type { HoldOptions, Overflow } from "./operators/HoldOptions.js";
export type { StatusLookup } from "./operators/Lanes.js";

// The op at hand
export { currentOpId } from "./currentOpId.js";
export { keepContext } from "./keepContext.js";
export { withOpId } from "./withOpId.js";

// Calls
export { governed } from "./governed.js";
export type { CallControl, GovernedOptions } from "./governed.js";

// Abort signals
export { anyAbortSignal } from "./anyAbortSignal.js";
export type { CombinedAbortSignal } from "./anyAbortSignal.js";

// Errors
export {
  AssemblyError,
  HoldOverflowError,
  OpControlUnavailableError,
  OpTerminatedError,
  OpWaitTimeoutError,
} from "./errors.js";

// Vocabulary
export type { StatusObservable } from "./ops/StatusObservable.js";
export type { OpControlMessage, OpControlSignal, OpScope, OpState, OpStatus } from "./opStatus.js";
export type { ChannelState, ChannelStatus } from "./channel/ChannelStatus.js";
export type { CredentialToken } from "./channel/credentialToken.js";
export type { Diagnostic, MalformedReason, RefusedReason } from "./Diagnostic.js";
