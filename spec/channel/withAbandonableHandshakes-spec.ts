import { once } from "node:events";
import { ChannelCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { withAbandonableHandshakes } from "../../lib/channel/withAbandonableHandshakes.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { TcpServer } from "../helpers/sockets.js";

describe("withAbandonableHandshakes", () => {
  it("gives credentials of the same kind", () => {
    for (const given of [ChannelCredentials.createInsecure(), ChannelCredentials.createSsl()]) {
      const { credentials } = withAbandonableHandshakes(given);

      expect(credentials).to.be.instanceOf(ChannelCredentials);
      expect(credentials._isSecure()).to.equal(given._isSecure());
      expect(credentials._equals(given)).to.equal(given._equals(given));
    }
  });

  it("has nothing to give up where no handshake is under way", () => {
    const { abandonHandshakes } = withAbandonableHandshakes(ChannelCredentials.createSsl());

    expect(abandonHandshakes).not.to.throw();
  });

  describe("lets go of the socket of a TLS handshake that is never answered", () => {
    function connect(server: TcpServer, connectTimeoutMs: number): OpControlSubscriber {
      return OpControlSubscriber.connect(server.endpoint.replace("127.0.0.1", "localhost"), {
        agentId: "agent-7",
        channelCredentials: ChannelCredentials.createSsl(),
        reconnect: false,
        connectTimeoutMs,
      });
    }

    it("when the subscriber is closed in its midst", async () => {
      await using server = await TcpServer.start((socket) => socket.resume());
      const control = connect(server, 60_000);
      const socket = await server.firstConnection();
      await once(socket, "data");
      const gone = once(socket, "close");

      control.close();

      await gone;
      expect(socket.destroyed).to.equal(true);
    });

    it("when the attempt is given up", async () => {
      await using server = await TcpServer.start((socket) => socket.resume());
      using control = connect(server, 200);
      const socket = await server.firstConnection();

      await once(socket, "close");

      expect(control.streamAlive()).to.equal(false);
    });
  });
});
