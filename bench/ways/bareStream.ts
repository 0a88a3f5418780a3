import { Client, type ClientReadableStream, credentials } from "@grpc/grpc-js";
import { decodeMinimal, type WireSignal } from "../sender/wire.js";

/** What anybody pays who uses grpc-js: a client, a call, and a decoder that does the least. */
export interface BareStream extends Disposable {
  readonly call: ClientReadableStream<WireSignal>;
  readonly live: Promise<void>;
}

export function bareStream(endpoint: string): BareStream {
  const client = new Client(endpoint, credentials.createInsecure());
  const call = client.makeServerStreamRequest(
    "/assembly.policy.v1.PolicyService/OpControlStream",
    () => Buffer.alloc(0),
    decodeMinimal,
    undefined,
  );
  call.on("error", () => undefined);
  return {
    call,
    live: new Promise((resolve) => {
      call.once("metadata", () => {
        resolve();
      });
    }),
    [Symbol.dispose]: () => {
      call.cancel();
      client.close();
    },
  };
}
