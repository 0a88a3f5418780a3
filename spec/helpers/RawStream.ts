import { ChannelCredentials, Client, type ClientReadableStream, type Metadata, status } from "@grpc/grpc-js";
import { once } from "node:events";
import { type OpControlMessage, OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import type { AgentIdentity } from "../../lib/options.js";
import { US } from "./gateways.js";

/** How a call of any gRPC client ended. */
export interface EndOfCall {
  readonly code: string;
  readonly details: string;
  readonly metadata: Metadata;
}

/** A subscriber's stream as any gRPC client would open it, without this library: one attempt, one connection. */
export class RawStream implements Disposable {
  readonly messages: OpControlMessage[] = [];
  readonly call: ClientReadableStream<OpControlMessage>;
  readonly ended: Promise<EndOfCall>;
  readonly #client: Client;

  constructor(
    { endpoint }: { readonly endpoint: string },
    agent: AgentIdentity = US,
    credentials = ChannelCredentials.createInsecure(),
  ) {
    this.#client = new Client(endpoint, credentials, { "grpc.use_local_subchannel_pool": 1, "grpc.enable_retries": 0 });
    const { path, requestSerialize, responseDeserialize } = PolicyServiceService.opControlStream;
    const request = OpControlSubscribeRequest.fromPartial({ agentId: agent });
    this.call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    this.call.on("error", () => undefined);
    this.call.on("data", (message: OpControlMessage) => {
      this.messages.push(message);
    });
    this.ended = new Promise((resolve) => {
      this.call.once("status", ({ code, details, metadata }) => {
        resolve({ code: code in status ? status[code] : String(code), details, metadata });
      });
    });
  }

  /** When it has been accepted: the headers are here. Rejects when it has ended without. */
  async subscribed(): Promise<this> {
    const accepted = once(this.call, "metadata").then(() => undefined);
    const end = await Promise.race([accepted, this.ended]);
    if (end) throw new Error(`ended with ${end.code}: ${end.details}`);
    return this;
  }

  /** The op ids of the first messages, when there are so many. */
  async received(count: number): Promise<readonly string[]> {
    while (this.messages.length < count) await once(this.call, "data");
    return this.messages.map(({ opId }) => opId);
  }

  [Symbol.dispose](): void {
    this.call.cancel();
    this.#client.close();
  }
}
