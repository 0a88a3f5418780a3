import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { encode, opIdOf, PAUSE, RESUME, sharedNow, TERMINATE } from "./wire.js";

/** What the process is asked to send. */
export type Order =
  /** All of the ops are paused, then all resumed, and so on, until so many signals are sent. */
  | { readonly send: "turns"; readonly ops: number; readonly count: number }
  /** Each op is terminated, some time after the one before; the sequence tells when it was written. */
  | { readonly send: "terminates"; readonly ops: number; readonly everyMs: number }
  /** So many empty messages, which are the smallest. */
  | { readonly send: "empties"; readonly count: number };

type Call = ServerWritableStream<Buffer, Buffer>;

const calls = new Set<Call>();
const server = new Server();
const asItIs = (bytes: Buffer): Buffer => bytes;

server.addService(
  {
    opControlStream: {
      path: "/assembly.policy.v1.PolicyService/OpControlStream",
      requestStream: false,
      responseStream: true,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  },
  {
    opControlStream: (call: Call) => {
      call.sendMetadata(call.metadata);
      calls.add(call);
      call.on("cancelled", () => calls.delete(call));
    },
  },
);

const orders = {
  turns: async (call: Call, { ops, count }: Order & { send: "turns" }): Promise<void> => {
    const ids = Array.from({ length: ops }, (_, index) => opIdOf(index));
    for (let index = 0; index < count; index++) {
      const signal = Math.floor(index / ops) % 2 === 0 ? PAUSE : RESUME;
      await write(call, encode({ opId: ids[index % ops] ?? "", signal, sequence: BigInt(index) }));
    }
  },
  terminates: async (call: Call, { ops, everyMs }: Order & { send: "terminates" }): Promise<void> => {
    for (let index = 0; index < ops; index++) {
      await sleep(everyMs);
      call.write(encode({ opId: opIdOf(index), signal: TERMINATE, sequence: sharedNow() }));
    }
  },
  empties: async (call: Call, { count }: Order & { send: "empties" }): Promise<void> => {
    for (let index = 0; index < count; index++) await write(call, Buffer.alloc(0));
  },
};

async function write(call: Call, bytes: Buffer): Promise<void> {
  if (!call.write(bytes)) await once(call, "drain");
}

server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.send?.({ endpoint: `127.0.0.1:${port}` });
});

process.on("message", (order: Order) => {
  for (const call of calls) void orders[order.send](call, order as never);
});
process.on("disconnect", () => process.exit());
