import type { Client, ClientReadableStream, Metadata } from "@grpc/grpc-js";
import { defer, finalize, map, of, Subject, switchMap, takeUntil, throwError, timer } from "rxjs";
import { OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import { afterReading$ } from "./afterReading.js";
import { credentialMetadata, type CredentialToken, tokenIn } from "./credentialToken.js";
import { decodeSignal } from "./decodeSignal.js";
import type { DecodedSignal } from "./decodeUsual.js";
import { draining } from "./draining.js";
import { hostsCredentials } from "./hostsCredentials.js";
import { CLIENT_BACKOFF_MS, type ClientConfig, openClient } from "./openClient.js";
import { openStream } from "./openStream.js";
import { onTheHostsBehalf, ownSockets } from "./ownSockets.js";
import type { StreamAttempt, StreamEvent } from "./StreamAttempt.js";

/** What one subscription to a gateway takes; every value has been checked. */
export interface AttemptConfig extends ClientConfig {
  readonly agent: { readonly orgId: string; readonly teamId: string; readonly agentId: string };
  readonly credentialToken: CredentialToken | undefined;
  readonly connectTimeoutMs: number;
}

/**
 * One attempt to subscribe to the gateway's `OpControlStream`, given up when the token, TCP, TLS and the gateway's
 * answer together take too long.
 *
 * @internal
 */
export function gatewayAttempt(config: AttemptConfig): StreamAttempt {
  const { connectTimeoutMs } = config;
  return defer(() => {
    let isAsked = false;
    const answered$ = new Subject<void>();
    const late$ = timer(connectTimeoutMs).pipe(
      // The answer may be there already, with a TERMINATE behind it, where the event loop stood still.
      switchMap(() => (isAsked ? afterReading$ : of(undefined))),
      switchMap(() => {
        const what = isAsked ? "answer from the gateway" : "token from credentialToken";
        return throwError(() => new Error(`no ${what} within connectTimeoutMs (${connectTimeoutMs} ms)`));
      }),
      takeUntil(answered$),
    );
    return defer(() => credentialMetadata(config.credentialToken)).pipe(
      switchMap((metadata) => {
        isAsked = true;
        return subscribeToGateway(config, metadata, () => {
          answered$.next();
        });
      }),
      takeUntil(late$),
    );
  });
}

function subscribeToGateway(config: AttemptConfig, metadata: Metadata, onLive: () => void): StreamAttempt {
  return defer(() => {
    const sockets = ownSockets(() => {
      const client = openClient({ ...config, channelCredentials: hostsCredentials(config.channelCredentials) });
      return { client, call: callOpControlStream(client, config, metadata) };
    }, 2 * CLIENT_BACKOFF_MS);
    const { client, call } = sockets.opened;
    let isLive = false;
    const circumstances = {
      secret: tokenIn(metadata),
      isPlaintext: !config.channelCredentials._isSecure(),
      onLive: () => {
        isLive = true;
        onLive();
      },
      whileLive$: defer(() => {
        sockets.connected();
        return draining(client).pipe(map((): StreamEvent => ({ type: "draining" })));
      }),
      // All that the channel does next, an attempt with a token of its own included, follows on what is told.
      tell: onTheHostsBehalf,
    };
    return openStream(() => call, circumstances).pipe(
      finalize(() => {
        if (isLive) {
          close(client);
          afterTheGoodbye(sockets.destroy);
        } else {
          afterTheResolver(() => {
            close(client);
            sockets.destroy();
          });
        }
      }),
    );
  });
}

/** It has the host's credentials let go of what they hold; what these throw then ends nothing else. */
function close(client: Client): void {
  try {
    client.close();
  } catch {
    // The attempt is over, and there is nobody left to tell.
  }
}

/** HTTP/2 says in the next turn of the event loop that the stream is cancelled and the connection is left. */
function afterTheGoodbye(destroySockets: () => void): void {
  setImmediate(() => setImmediate(destroySockets));
}

/**
 * An IP address is its own answer, which grpc-js's resolver gives at the end of the turn, also to a client that has been
 * closed meanwhile: that begins anew, connects again whenever it is cut off, and keeps the connection for good.
 */
function afterTheResolver(letGo: () => void): void {
  setImmediate(letGo);
}

/** The method by its definition and not by a generated client, so that a larger policy.proto changes nothing here. */
function callOpControlStream(
  client: Client,
  { agent }: AttemptConfig,
  metadata: Metadata,
): ClientReadableStream<DecodedSignal> {
  const { path, requestSerialize } = PolicyServiceService.opControlStream;
  const request = OpControlSubscribeRequest.fromPartial({ agentId: agent });
  return client.makeServerStreamRequest(path, requestSerialize, decodeSignal, request, metadata);
}
