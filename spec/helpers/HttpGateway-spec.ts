import { expect } from "chai";
import { once } from "node:events";
import { connect } from "node:http2";
import { HttpGateway } from "./HttpGateway.js";
import * as answers from "./httpAnswers.js";
import { RawStream } from "./RawStream.js";

describe("HttpGateway", () => {
  let gateway: HttpGateway;

  beforeEach(async () => {
    gateway = await HttpGateway.start();
  });

  afterEach(() => gateway[Symbol.asyncDispose]());

  it("answers properly, so that any client has its signals", async () => {
    using stream = await new RawStream(gateway).subscribed();
    expect([gateway.calls, gateway.subscribers]).to.deep.equal([1, 1]);
    gateway.send({ opId: "op", signal: 1 });
    expect(await stream.received(1)).to.deep.equal(["op"]);
    gateway.resetStreams(7);
    expect((await stream.ended).code).to.equal("UNAVAILABLE");
    expect(gateway.subscribers).to.equal(0);
  });

  it("answers wrongly on the wire as it is told, while it runs", async () => {
    const fields = (grpcStatus: string) => ({ "grpc-status": grpcStatus });
    const rows: readonly (readonly [answers.HttpAnswer, unknown])[] = [
      [answers.page(503), [503, "text/html", PAGE, undefined, 0]],
      [answers.page(200), [200, "text/html", PAGE, undefined, 0]],
      [answers.trailers({ "x-other": "1" }), [200, GRPC, "", undefined, 0]],
      [answers.trailers(fields("")), [200, GRPC, "", "", 0]],
      [answers.trailers(fields("99")), [200, GRPC, "", "99", 0]],
      [answers.trailers(fields("abc")), [200, GRPC, "", "abc", 0]],
      [answers.trailers(fields("0")), [200, GRPC, "", "0", 0]],
      [answers.trailersOnly(fields("0")), [200, GRPC, "", "0", 0]],
      [answers.trailersOnly({}), [200, GRPC, "", undefined, 0]],
      [answers.noTrailers, [200, GRPC, "", undefined, 0]],
      [answers.reset(11), [undefined, undefined, "", undefined, 11]],
      [answers.reset(2, { afterHeaders: true }), [200, GRPC, "", undefined, 2]],
    ];
    for (const [index, [answer, expected]] of rows.entries()) {
      gateway.answer = answer;
      expect(await get(gateway), `row ${index}`).to.deep.equal(expected);
    }
    expect([gateway.calls, gateway.subscribers]).to.deep.equal([rows.length, 0]);
  });

  it("sends rubbish after its headers, which no client takes for a signal", async () => {
    for (const answer of [answers.compressionFlag(1), answers.garbage]) {
      gateway.answer = answer;
      using stream = new RawStream(gateway);
      expect((await stream.ended).code).not.to.equal("OK");
      expect(stream.messages).to.deep.equal([]);
    }
    // gRPC knows no flag but 0 and 1; grpc-js takes every other one for 0.
    for (const flag of [0, 7]) {
      gateway.answer = answers.compressionFlag(flag);
      using stream = new RawStream(gateway);
      expect(await stream.received(1)).to.deep.equal(["rubbish"]);
    }
  });

  it("leaves nothing open", async () => {
    using stream = await new RawStream(gateway).subscribed();
    await gateway[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    expect((await stream.ended).code).not.to.equal("OK");
  });
});

const GRPC = "application/grpc+proto";
const PAGE = "<!doctype html><title>Sign in</title><p>Sign in to go on.</p>";

/** What any HTTP/2 client sees: status, content type, body, grpc-status, and the code of a reset. */
async function get({ endpoint }: HttpGateway): Promise<unknown[]> {
  const session = connect(`http://${endpoint}`);
  const stream = session.request({ ":method": "POST" }).setEncoding("utf8").end();
  const headers: Record<string, unknown> = {};
  stream.on("response", (fields) => void Object.assign(headers, fields));
  stream.on("trailers", (fields) => void Object.assign(headers, fields));
  stream.on("error", () => undefined);
  let body = "";
  stream.on("data", (text: string) => {
    body += text;
  });
  await new Promise<void>((resolve) => stream.once("close", resolve));
  session.close();
  await once(session, "close");
  return [headers[":status"], headers["content-type"], body, headers["grpc-status"], stream.rstCode];
}
