import { expect } from "chai";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { performance } from "node:perf_hooks";
import { rebind } from "../../lib/testing/rebind.js";
import { rejectionOf } from "../helpers/record.js";

describe("rebind", () => {
  let other: Server;
  let port: number;
  let attempts: number;

  beforeEach(async () => {
    attempts = 0;
    other = await listen(0);
    ({ port } = other.address() as AddressInfo);
  });

  afterEach(() => {
    other.close();
  });

  it("listens once where the port is free, and resolves with what comes of it", async () => {
    other.close();
    const server = await rebind(port, () => listen(port));
    expect([(server.address() as AddressInfo).port, attempts]).to.deep.equal([port, 2]);
    server.close();
  });

  it("tries until whoever has the port lets it go", async () => {
    const server = await rebind(port, () => {
      if (attempts === 3) other.close();
      return listen(port);
    });
    expect([(server.address() as AddressInfo).port, attempts]).to.deep.equal([port, 4]);
    server.close();
  });

  it("rejects when they have kept it for a second, and names the port", async () => {
    const startedMs = performance.now();
    const error = await rejectionOf(
      rebind(port, () => listen(port)),
      Error,
    );
    expect(performance.now() - startedMs).to.be.within(995, 3_000);
    expect(error.message).to.match(new RegExp(`^port ${port} is .* after 1000 ms: .*EADDRINUSE`));
    expect(error.cause).to.have.property("code", "EADDRINUSE");
  });

  it("takes an error that only quotes it for the same", async () => {
    const outcome = await rebind(port, () => {
      return ++attempts < 3 ? Promise.reject(new Error("start: listen EADDRINUSE")) : Promise.resolve("listening");
    });
    expect(outcome).to.equal("listening");
  });

  it("passes any other error on at once", async () => {
    const fault = new Error("listen EACCES");
    const rebinding = rebind(port, () => (attempts++, Promise.reject(fault)));
    expect(await rejectionOf(rebinding, Error)).to.equal(fault);
    expect(attempts).to.equal(2);
  });

  it("tries no more when it is told to stop", async () => {
    const stopping = new AbortController();
    const tried = () => {
      if (attempts === 3) queueMicrotask(() => stopping.abort());
      return listen(port);
    };
    expect((await rejectionOf(rebind(port, tried, stopping.signal), Error)).name).to.equal("AbortError");
    expect(attempts).to.equal(4);
  });

  async function listen(at: number): Promise<Server> {
    attempts++;
    const server = createServer().listen(at, "127.0.0.1");
    await once(server, "listening");
    return server;
  }
});
