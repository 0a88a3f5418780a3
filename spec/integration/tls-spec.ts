import { CallCredentials, ChannelCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { inspect } from "node:util";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, channelIs, connectTo, testPair, tlsServer, US } from "../helpers/gateways.js";
import { OP } from "../helpers/opControl.js";
import { record, rejectionOf } from "../helpers/record.js";
import { TcpServer } from "../helpers/sockets.js";

const { cert, key } = testPair;
const TLS = /TLS|SSL|certificate/i;

describe("TLS over a real socket", () => {
  it("works with a CA of one's own as channelCredentials, and carries signals and the token", async () => {
    await using gateway = await DevGateway.start({ credentials: tlsServer(), tokens: { s3cret: US } });
    for (const endpoint of [`localhost:${gateway.port}`, `127.0.0.1:${gateway.port}`]) {
      using control = connectTo(
        { endpoint },
        { channelCredentials: ChannelCredentials.createSsl(cert), credentialToken: "s3cret" },
      );
      await control.ready();
      gateway.pause(OP);
      await caughtUp(control, gateway);
      expect(control.isPaused(OP)).to.be.true;
    }
  });

  it("is taken from channelCredentials also where allowInsecure would have none", async () => {
    await using gateway = await DevGateway.start({ credentials: tlsServer() });
    using control = connectTo(
      { endpoint: `localhost:${gateway.port}` },
      { channelCredentials: ChannelCredentials.createSsl(cert), allowInsecure: true, credentialToken: "s3cret" },
    );
    await control.ready();
  });

  it("proves both sides to each other where the gateway asks for it", async () => {
    await using gateway = await DevGateway.start({ credentials: tlsServer({ mutual: true }) });
    const endpoint = `localhost:${gateway.port}`;
    using control = connectTo({ endpoint }, { channelCredentials: ChannelCredentials.createSsl(cert, key, cert) });
    await control.ready();
    expect(gateway.subscribers).to.deep.equal([US]);

    using stranger = connectTo({ endpoint }, { channelCredentials: ChannelCredentials.createSsl(cert) });
    await channelIs(stranger, "failed");
    expect(gateway.subscribers).to.deep.equal([US]);
  });

  describe("fails the channel, and lastError says TLS,", () => {
    it("when the CA is unknown", async () => {
      await using gateway = await DevGateway.start({ credentials: tlsServer() });
      await expectTlsFailure(`localhost:${gateway.port}`, ChannelCredentials.createSsl());
    });

    it("when we have no certificate and the gateway asks for one", async () => {
      await using gateway = await DevGateway.start({ credentials: tlsServer({ mutual: true }) });
      await expectTlsFailure(`localhost:${gateway.port}`, ChannelCredentials.createSsl(cert));
    });

    it("when we speak plaintext and the gateway TLS", async () => {
      await using gateway = await DevGateway.start({ credentials: tlsServer() });
      await expectTlsFailure(gateway.endpoint, undefined);
    });

    it("when we speak TLS and the gateway plaintext", async () => {
      await using server = await TcpServer.start((socket) => {
        socket.once("data", () => socket.end(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])));
      });
      await expectTlsFailure(server.endpoint, ChannelCredentials.createSsl(cert));
    });

    async function expectTlsFailure(endpoint: string, channelCredentials: ChannelCredentials | undefined) {
      using control = connectTo({ endpoint }, channelCredentials ? { channelCredentials } : {});
      const { lastError } = await channelIs(control, "failed");
      expect(record(control.awaitOp(OP)).values).to.deep.equal([]);
      expect((await rejectionOf(control.ready(), OpControlUnavailableError)).cause).to.be.instanceOf(Error);
      expect(lastError).to.match(TLS);
    }
  });

  it("shows nothing of what call credentials throw", async () => {
    await using gateway = await DevGateway.start({ credentials: tlsServer() });
    const callCredentials = CallCredentials.createFromMetadataGenerator((_, done) => {
      done(new Error("could not refresh with client_secret=hunter2"));
    });
    const channelCredentials = ChannelCredentials.createSsl(cert).compose(callCredentials);
    using control = connectTo({ endpoint: `localhost:${gateway.port}` }, { channelCredentials });
    const told = record(control.connection$);
    const error = await rejectionOf(control.ready(), OpControlUnavailableError);
    expect(told.values.at(-1)?.lastError).to.include("Getting metadata from plugin failed;");
    const shown = inspect([error, told.values], { depth: Infinity, showHidden: true });
    expect(shown).to.not.include("hunter2");
  });

  it("that hangs in its handshake is given up at connectTimeoutMs", async () => {
    await using server = await TcpServer.start();
    using control = connectTo(server, {
      channelCredentials: ChannelCredentials.createSsl(cert),
      connectTimeoutMs: 100,
    });
    expect((await channelIs(control, "failed")).lastError).to.include("connectTimeoutMs (100 ms)");
  });

  it("is not spoken to this machine by default: the gateway's first bytes are plaintext HTTP/2", async () => {
    await using server = await TcpServer.start();
    using control = connectTo(server);
    expect(await firstBytes(server)).to.equal("PRI * HTTP/2.0");
    expect(control.streamAlive()).to.be.false;
  });

  it("is spoken where channelCredentials say so: a handshake comes first", async () => {
    await using server = await TcpServer.start();
    using control = connectTo(server, { channelCredentials: ChannelCredentials.createSsl(cert) });
    expect((await firstBytes(server)).charCodeAt(0)).to.equal(0x16);
    expect(control.streamAlive()).to.be.false;
  });
});

async function firstBytes(server: TcpServer): Promise<string> {
  const socket = await server.firstConnection();
  const data = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
  return data.toString("latin1", 0, 14);
}
