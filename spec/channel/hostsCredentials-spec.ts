import { CallCredentials, ChannelCredentials, Metadata } from "@grpc/grpc-js";
import { expect } from "chai";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { hostsCredentials } from "../../lib/channel/hostsCredentials.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caCert, serverTls } from "../helpers/certificates.js";
import { connectTo, subscribed, US } from "../helpers/gateways.js";
import { Network, TcpServer } from "../helpers/sockets.js";

describe("hostsCredentials", () => {
  it("leaves alone the sockets that a plugin of the credentials and a check of the server's identity open", async () => {
    await using gateway = await DevGateway.start({ credentials: serverTls() });
    await using network = await Network.inFrontOf(gateway);
    await using hosts = await TcpServer.start();
    const opened: [by: string, Socket][] = [];
    const openSocket = (by: string) => {
      opened.push([by, connect(Number(hosts.endpoint.split(":")[1]), "127.0.0.1")]);
    };
    const plugin = CallCredentials.createFromMetadataGenerator((_options, callback) => {
      openSocket("plugin");
      // As with a token that is fetched: what follows on the answer is the host's as well.
      setImmediate(() => {
        openSocket("plugin, later");
        callback(null, new Metadata());
      });
    });
    const checkServerIdentity = () => {
      openSocket("check");
      return undefined;
    };
    const channelCredentials = ChannelCredentials.createSsl(caCert, null, null, { checkServerIdentity }).compose(
      plugin,
    );
    const control = connectTo(atLocalhost(network), { channelCredentials });
    await control.ready();
    await Promise.all(opened.map(async ([, socket]) => socket.connecting && (await once(socket, "connect"))));

    control.close();
    await subscribed(gateway, 0);
    await network.disconnected();

    expect(opened.map(([by, { destroyed }]) => [by, destroyed])).to.deep.equal([
      ["check", false],
      ["plugin", false],
      ["plugin, later", false],
    ]);
    expect(hosts.sockets.filter(({ destroyed }) => destroyed)).to.be.empty;
    for (const [, socket] of opened) socket.destroy();
  });

  it("takes credentials of the host's own making, with what is frozen about them", async () => {
    await using gateway = await DevGateway.start({ credentials: serverTls() });
    const ssl = ChannelCredentials.createSsl(caCert);
    class Frozen extends ChannelCredentials {
      override readonly _isSecure = () => true;
      override readonly _equals = (other: ChannelCredentials): boolean => this === other;
      override readonly _createSecureConnector = (...args: Parameters<typeof ssl._createSecureConnector>) => {
        const connector = ssl._createSecureConnector(...args);
        return Object.freeze({
          connect: (socket: Socket) => connector.connect(socket),
          waitForReady: () => connector.waitForReady(),
          getCallCredentials: () => connector.getCallCredentials(),
          destroy: () => {
            throw new Error("nobody's");
          },
        });
      };
    }
    const control = connectTo(atLocalhost(gateway), { channelCredentials: Object.freeze(new Frozen()) });
    await control.ready();
    control.close();
    await subscribed(gateway, 0);
  });

  it("sends what the plugins give", async () => {
    await using gateway = await DevGateway.start({ credentials: serverTls(), tokens: { s3cret: US } });
    const metadata = new Metadata();
    metadata.set("x-aa-credential-token", "s3cret");
    const plugin = CallCredentials.createFromMetadataGenerator((_options, callback) => {
      callback(null, metadata);
    });
    using control = connectTo(atLocalhost(gateway), {
      channelCredentials: ChannelCredentials.createSsl(caCert).compose(plugin),
    });
    await control.ready();
  });

  it("gives whatever else they hold and their methods give, as it is", () => {
    const held = { by: "the host" };
    const theirs = Object.assign(ChannelCredentials.createInsecure(), {
      held,
      nothing: null,
      give: (given: unknown) => given,
      itself(): unknown {
        return this;
      },
    });
    const credentials = hostsCredentials(theirs);
    expect(credentials.held).to.equal(held);
    expect(credentials.nothing).to.equal(null);
    for (const given of [held, null, undefined, "text", 0, false]) expect(credentials.give(given)).to.equal(given);
    expect(credentials.itself()).to.equal(theirs);
  });

  it("are credentials still, and as secure", () => {
    const insecure = hostsCredentials(ChannelCredentials.createInsecure());
    const secure = hostsCredentials(ChannelCredentials.createSsl());
    for (const credentials of [insecure, secure]) expect(credentials).to.be.instanceOf(ChannelCredentials);
    expect([insecure._isSecure(), secure._isSecure()]).to.deep.equal([false, true]);
  });
});

/** TLS asks for no server by its IP address. */
function atLocalhost({ endpoint }: { readonly endpoint: string }) {
  return { endpoint: endpoint.replace("127.0.0.1", "localhost") };
}
