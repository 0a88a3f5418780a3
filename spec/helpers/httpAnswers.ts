import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { wire } from "./gateways.js";

/** What becomes of a call. */
export type HttpAnswer = (stream: ServerHttp2Stream) => void;

const GRPC: OutgoingHttpHeaders = { ":status": 200, "content-type": "application/grpc+proto" };
const PAGE = "<!doctype html><title>Sign in</title><p>Sign in to go on.</p>";

/** The right answer: headers, and then signals until further notice. */
export function properly(stream: ServerHttp2Stream): void {
  respond(stream);
}

/** An HTML page instead of gRPC: with status 200, what a captive portal says. */
export function page(httpStatus: number): HttpAnswer {
  return (stream) => {
    stream.respond({ ":status": httpStatus, "content-type": "text/html" });
    stream.end(PAGE);
  };
}

/** Headers, and an end at once with these trailers: `{ "grpc-status": "0" }` is an end in order. */
export function trailers(fields: OutgoingHttpHeaders): HttpAnswer {
  return (stream) => {
    respond(stream);
    stream.once("wantTrailers", () => stream.sendTrailers(fields));
    stream.end();
  };
}

/** These trailers and no headers, as gRPC has it for a call that is refused. */
export function trailersOnly(fields: OutgoingHttpHeaders): HttpAnswer {
  return (stream) => stream.respond({ ...GRPC, ...fields }, { endStream: true });
}

/** Headers, and an end at once without any trailers. */
export function noTrailers(stream: ServerHttp2Stream): void {
  stream.respond(GRPC);
  stream.end();
}

/** RST_STREAM with that code of HTTP/2: before there are headers, or after them. */
export function reset(code: number, { afterHeaders = false } = {}): HttpAnswer {
  return (stream) => {
    if (!afterHeaders) {
      stream.close(code);
      return;
    }
    respond(stream);
    // Node 22 and 24 would drop the headers or the code where both are told in one turn.
    setImmediate(() => {
      stream.close(code);
    });
  };
}

/** Headers, and then these bytes. */
export function bytes(content: Uint8Array): HttpAnswer {
  return (stream) => {
    respond(stream);
    stream.write(content);
  };
}

/** Headers, and then a message with that byte where gRPC says whether it is compressed: 1, without an encoding, breaks the call. */
export function compressionFlag(flag: number): HttpAnswer {
  return bytes(grpcMessage(wire({ opId: "rubbish", signal: 1 }), flag));
}

/** Headers, and then what is no message: it would be 4 GiB long. */
export const garbage: HttpAnswer = bytes(Buffer.alloc(64, 0xff));

/** A message with what gRPC puts before it. */
export function grpcMessage(message: Uint8Array, flag = 0): Uint8Array {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function respond(stream: ServerHttp2Stream): void {
  // Or Node would put an end in order before a RST_STREAM.
  stream.respond(GRPC, { waitForTrailers: true });
}
