import type { ServerWritableStream } from "@grpc/grpc-js";
import {
  OpControlMessage as WireMessage,
  type OpControlSubscribeRequest,
  PolicyServiceService,
} from "../../codegen/gen/policy.js";

/** What a stream carries: messages, or bytes that go out as they are. */
export type Payload = WireMessage | Uint8Array;

/** One subscriber's call, as the gateway sees it. */
export type GatewayCall = ServerWritableStream<OpControlSubscribeRequest, Payload>;

/**
 * The service by the one method's definition alone: a larger policy.proto has more methods, which answer UNIMPLEMENTED.
 *
 * @internal
 */
export const opControlService = {
  opControlStream: {
    ...PolicyServiceService.opControlStream,
    responseSerialize: (payload: Payload): Buffer =>
      Buffer.from(payload instanceof Uint8Array ? payload : WireMessage.encode(payload).finish()),
  },
};
