// The subscriber
export { OpControlSubscriber } from "./OpControlSubscriber.js";
export type { AwaitOptions, WhenRunnableOptions } from "./OpControlSubscriber.js";
export type {
  AgentIdentity,
  ConnectOptions,
  FromOptions,
  KeepaliveOptions,
  OpControlOptions,
} from "./options.js";

// Operators
export { awaitOp } from "./operators/awaitOp.js";

// Errors
export { AssemblyError, OpControlUnavailableError, OpTerminatedError } from "./errors.js";

// Vocabulary
export type { OpControlMessage, OpControlSignal, OpScope, OpState, OpStatus } from "./opStatus.js";
export type { ChannelState, ChannelStatus } from "./channel/ChannelStatus.js";
export type { CredentialToken } from "./channel/credentialToken.js";
export type { Diagnostic, MalformedReason } from "./Diagnostic.js";
