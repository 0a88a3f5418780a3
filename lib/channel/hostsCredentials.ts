import { CallCredentials, type ChannelCredentials } from "@grpc/grpc-js";
import { onTheHostsBehalf } from "./ownSockets.js";

type SecureConnector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/**
 * Credentials as they are, but for whose account they act: a plugin that fetches a token for each call, a provider of
 * certificates, a check of the server's identity are the host's own code, and so are the sockets that they open. One
 * that goes back to a pool of the host's must not end with the attempt that was the first to need it.
 *
 * A Proxy, because grpc-js has no public way to the plugins that are composed into credentials: whatever it asks of
 * these in a later version still arrives. The one socket to the gateway is not theirs: grpc-js makes it, and hands it to
 * their connector.
 *
 * @internal
 */
export function hostsCredentials<T extends ChannelCredentials | SecureConnector | CallCredentials>(theirs: T): T {
  // Of an object that inherits from theirs: what they have frozen a Proxy of them would have to give as it is.
  return new Proxy(Object.create(theirs) as T, {
    get(_, name): unknown {
      const member: unknown = Reflect.get(theirs, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const given: unknown = onTheHostsBehalf((): unknown => Reflect.apply(member, theirs, args));
        return isConnector(given) || given instanceof CallCredentials ? hostsCredentials(given) : given;
      };
    },
  });
}

function isConnector(given: unknown): given is SecureConnector {
  return typeof given === "object" && given !== null && "getCallCredentials" in given;
}
