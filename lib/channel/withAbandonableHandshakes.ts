import type { ChannelCredentials } from "@grpc/grpc-js";
import type { Socket } from "node:net";

type Connector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/**
 * The same credentials, and how to give up the handshakes that they have under way.
 *
 * grpc-js has no way to: a TLS handshake that the peer never answers outlives its closed client, with its socket, and
 * keeps the process from exiting. It is the credentials that are handed the socket first.
 *
 * @internal
 */
export function withAbandonableHandshakes(credentials: ChannelCredentials): {
  readonly credentials: ChannelCredentials;
  readonly abandonHandshakes: () => void;
} {
  const shakingHands = new Set<Socket>();

  const createSecureConnector = (...args: Parameters<ChannelCredentials["_createSecureConnector"]>): Connector => {
    const connector = credentials._createSecureConnector(...args);
    const connect: Connector["connect"] = async (socket) => {
      shakingHands.add(socket);
      try {
        return await connector.connect(socket);
      } finally {
        shakingHands.delete(socket);
      }
    };
    return Object.create(connector, { connect: { value: connect } }) as Connector;
  };

  return {
    credentials: Object.create(credentials, {
      _createSecureConnector: { value: createSecureConnector },
    }) as ChannelCredentials,
    abandonHandshakes: () => {
      for (const socket of shakingHands) socket.destroy();
    },
  };
}
