import { ChannelCredentials, type ServerCredentials } from "@grpc/grpc-js";
import type { OutgoingHttpHeaders } from "node:http2";
import { gzipSync } from "node:zlib";
import { filter, firstValueFrom } from "rxjs";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import type { BlackHoleDirection } from "../../../lib/testing/ProxyConnection.js";
import type { StreamEnd } from "../../../lib/testing/StreamEnd.js";
import { agentTls, caCert, serverTls } from "../../helpers/certificates.js";
import { tlsServer, wire } from "../../helpers/gateways.js";
import { HttpGateway } from "../../helpers/HttpGateway.js";
import * as answers from "../../helpers/httpAnswers.js";
import { TcpServer } from "../../helpers/sockets.js";
import { data, headers } from "./frames.js";
import { nameThatResolves } from "./names.js";
import { pooledProcess } from "./processes.js";
import type { Fault, Kind, Row } from "./Row.js";
import { hostOf, type Scene, SECRET } from "./Scene.js";
import { UnansweredPort } from "./UnansweredPort.js";

const ONE = [1];
const SOME = [1, 100];

/** Long enough for an answer that is on its way, on a machine that is busy with other cases. */
const CONNECT_TIMEOUT_MS = 300;
const NO_ANSWER = new RegExp(`^no answer from the gateway within connectTimeoutMs \\(${CONNECT_TIMEOUT_MS} ms\\)`);

const SILENT = { connectTimeoutMs: CONNECT_TIMEOUT_MS, keepalive: { intervalMs: 100, timeoutMs: 100 } };

const RESUME = wire({ opId: "op:0", signal: 2 });
const PAGE = "<!doctype html><title>Sign in</title>";

/** A gateway in this process, and a fault of it or of the network before it. */
function atGateway(
  fault: (scene: Scene, gateway: DevGateway) => Fault | Promise<Fault>,
  credentials?: ServerCredentials,
) {
  return async (scene: Scene): Promise<Fault> =>
    fault(scene, await scene.gateway(credentials ? { credentials } : undefined));
}

/** The network leads elsewhere, until the fault is over. */
function elsewhere(
  start: () => Promise<AsyncDisposable & { readonly endpoint: string }>,
  strike?: (scene: Scene, gateway: DevGateway) => unknown,
  credentials?: ServerCredentials,
): Row["build"] {
  return atGateway(async (scene, gateway) => {
    const other = scene.own(await start());
    return {
      arm: () => scene.proxy.retarget(other),
      ...(strike && { strike: () => strike(scene, gateway) }),
      lift: () => scene.proxy.retarget(gateway),
    };
  }, credentials);
}

/** Whoever answers is no gateway, or one that answers wrongly. */
function answered(answer: answers.HttpAnswer, strike?: (scene: Scene, gateway: DevGateway) => unknown) {
  return elsewhere(() => HttpGateway.start(answer), strike);
}

const injected =
  (...frames: readonly Uint8Array[]) =>
  ({ proxy }: Scene) => {
    for (const frame of frames) proxy.inject(frame);
  };

const gone: Kind = {
  name: "The gateway or the network is gone:",
  rows: [
    {
      name: "closed cleanly",
      reason: /^14 UNAVAILABLE/,
      struck: /the gateway ended the stream/,
      build: atGateway((scene, gateway) => {
        let closed: Promise<void> | undefined;
        const close = () => {
          closed = gateway.close();
        };
        return {
          arm: close,
          strike: close,
          async lift() {
            await closed;
            await scene.gateway();
          },
        };
      }),
    },
    {
      name: "dead at once, as far as its own process can be",
      opCounts: ONE,
      reason: /^14 UNAVAILABLE/,
      struck: /^1 CANCELLED|^14 UNAVAILABLE/,
      build: atGateway((scene, gateway) => ({
        arm: () => gateway.kill(),
        strike: () => gateway.kill(),
        lift: () => scene.gateway(),
      })),
    },
    {
      name: "TCP FIN",
      reason: /^14 UNAVAILABLE/,
      build: elsewhere(
        () => TcpServer.start((socket) => socket.end()),
        ({ proxy }) => proxy.hangUp(),
      ),
    },
    {
      name: "TCP RST",
      reason: /^14 UNAVAILABLE/,
      build: atGateway(({ proxy }) => ({
        arm: () => proxy.refuse(),
        strike: () => proxy.reset(),
        lift: () => proxy.restore(),
      })),
    },
    {
      name: "another protocol",
      opCounts: ONE,
      reason: /^14 UNAVAILABLE/,
      build: elsewhere(() => TcpServer.start((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${PAGE}`))),
    },
  ],
};

const killed: Kind = {
  name: "The gateway's process is",
  concurrency: 2,
  isSlow: true,
  rows: [
    {
      name: "killed (SIGKILL)",
      reason: /^14 UNAVAILABLE/,
      struck: /^1 CANCELLED|^14 UNAVAILABLE/,
      async build(scene) {
        const gateway = await pooledProcess(scene);
        return { arm: () => gateway.kill(), strike: () => gateway.kill(), lift: () => gateway.restart() };
      },
    },
    {
      name: "stopped (SIGSTOP)",
      options: SILENT,
      reason: NO_ANSWER,
      struck: /^14 UNAVAILABLE/,
      isSilent: true,
      async build(scene) {
        const gateway = await pooledProcess(scene);
        return { arm: () => gateway.stop(), strike: () => gateway.stop(), lift: () => gateway.cont() };
      },
    },
  ],
};

const resets: Kind = {
  name: "RST_STREAM with",
  rows: Array.from({ length: 0xe }, (_, code) => ({
    name: `code 0x${code.toString(16)}`,
    opCounts: ONE,
    reason: /RST_STREAM|refused|cancelled|exhausted|not secure/i,
    build: answered(answers.reset(code), ({ proxy }) => proxy.resetStreams(code)),
  })),
};

const resetsAfterHeaders: Kind = {
  name: "RST_STREAM right after the headers, with",
  rows: [0x0, 0x7].map((code) => ({
    name: `code 0x${code.toString(16)}`,
    opCounts: ONE,
    goesLive: true,
    reason: /RST_STREAM|refused|cancelled|not secure/i,
    build: answered(answers.reset(code, { afterHeaders: true })),
  })),
};

/** An end that a gateway would not give, before and after it has taken us in. */
function oddEnd(name: string, fields: OutgoingHttpHeaders, reason: RegExp): readonly Row[] {
  const told = { ...fields, "grpc-message": `%0d%0aINFO%20${SECRET}%1b[2K` };
  const struck = injected(headers(told));
  return [
    { name: `${name}, instead of headers`, opCounts: ONE, reason, build: answered(answers.trailersOnly(told), struck) },
    {
      name: `${name}, at once`,
      opCounts: [100],
      goesLive: true,
      reason,
      build: answered(answers.trailers(told), struck),
    },
  ];
}

const ends: Kind = {
  name: "The stream ends with",
  rows: [
    {
      name: "OK, again and again",
      goesLive: true,
      reason: /the gateway ended the stream/,
      build: answered(answers.trailers({ "grpc-status": "0" }), (_, gateway) => gateway.endStreams()),
    },
    {
      name: "OK, instead of headers",
      opCounts: ONE,
      reason: /the gateway ended the stream/,
      build: answered(answers.trailersOnly({ "grpc-status": "0" })),
    },
    {
      name: "no trailers",
      opCounts: ONE,
      goesLive: true,
      reason: /without gRPC status/,
      build: answered(answers.noTrailers, injected(data(Buffer.alloc(0), { isEnd: true }))),
    },
    ...oddEnd("no grpc-status", {}, /^2 UNKNOWN/),
    ...oddEnd("an empty grpc-status", { "grpc-status": "" }, /the gateway ended the stream|^2 UNKNOWN/),
    ...oddEnd("grpc-status 99", { "grpc-status": "99" }, /^99 an unknown status/),
    ...oddEnd('grpc-status "abc"', { "grpc-status": "abc" }, /^NaN an unknown status/),
    {
      name: "a code that is undefined (a message said to be compressed)",
      opCounts: SOME,
      goesLive: true,
      reason: /^2 UNKNOWN/,
      build: answered(answers.compressionFlag(1), injected(data(answers.grpcMessage(RESUME, 1)))),
    },
  ],
};

const HTTP_ERRORS = [401, 403, 404, 429, 500, 502, 503];

const pages: Kind = {
  name: "An HTML page with status",
  rows: [
    ...HTTP_ERRORS.map((status) => ({
      name: String(status),
      opCounts: ONE,
      reason: new RegExp(`HTTP status code ${status}`),
      struck: /./,
      build: answered(
        answers.page(status),
        injected(
          headers({ ":status": status, "content-type": "text/html" }, { isEnd: false }),
          data(Buffer.from(PAGE)),
        ),
      ),
    })),
    {
      name: "200",
      reason: /^8 RESOURCE_EXHAUSTED/,
      build: answered(answers.page(200), injected(data(Buffer.from(PAGE), { isEnd: true }))),
    },
  ],
};

const goAways: Kind = {
  name: "GOAWAY:",
  rows: [
    {
      name: "a drain, with a successor",
      isHandover: true,
      times: 1,
      reason: /^1 CANCELLED|^14 UNAVAILABLE/,
      build: atGateway(async (scene, gateway) => {
        const successor = scene.own(await DevGateway.start());
        let drained: Promise<void> | undefined;
        const drain = (graceMs?: number) => {
          scene.host(hostOf(successor));
          drained = gateway.drain(graceMs);
        };
        return {
          arm: () => duringTheAnswer(gateway, () => drain(20)),
          strike: () => drain(),
          lift: () => drained,
        };
      }),
    },
    {
      name: "by a proxy",
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
      isHandover: true,
      times: 1,
      reason: NO_ANSWER,
      build: goneAway(0x0),
    },
    {
      // With an error code it ends the streams as well, and is no farewell.
      name: "by a proxy, with an error code",
      opCounts: ONE,
      times: 1,
      reason: /^8 RESOURCE_EXHAUSTED/,
      build: goneAway(0xb),
    },
  ],
};

function goneAway(code: number): Row["build"] {
  return atGateway(({ proxy }, gateway) => ({
    arm: () => duringTheAnswer(gateway, () => proxy.goAway(code)),
    strike: () => proxy.goAway(code),
  }));
}

/** Strikes an attempt when the gateway has it, and has not answered. */
function duringTheAnswer(gateway: DevGateway, strike: () => void): void {
  gateway.withholdHeaders(1);
  void firstValueFrom(gateway.withheld$.pipe(filter(({ length }) => length > 0))).then(strike);
}

const silent: Kind = {
  name: "A black hole",
  concurrency: 3,
  rows: (["both", "toAgent", "toGateway"] as const).map((direction: BlackHoleDirection) => ({
    name: { both: "both ways", toAgent: "to the agent", toGateway: "to the gateway" }[direction],
    opCounts: direction === "both" ? [0, 1, 100] : SOME,
    options: SILENT,
    isSilent: true,
    // Where its pings are lost but not the answers to what it never said, keepalive is the first to tell.
    reason: new RegExp(`${NO_ANSWER.source}|^14 UNAVAILABLE: Connection dropped`),
    struck: /^14 UNAVAILABLE/,
    build: atGateway(({ proxy }) => ({
      arm: () => proxy.blackHole(direction),
      strike: () => proxy.blackHole(direction),
      lift: () => proxy.restore(),
    })),
  })),
};

const tlsAgent = { channelCredentials: agentTls() };

/** The provider of the token fails for a while. */
function provided(token: () => unknown): Row["build"] {
  return atGateway((scene) => {
    const { token: good } = scene;
    return {
      arm() {
        scene.token = token;
      },
      lift() {
        scene.token = good;
      },
    };
  });
}

const rubbishTokens: readonly unknown[] = ["", `${SECRET}\n`, `${SECRET}é`, undefined, null, 42, { SECRET }, [SECRET]];
let rubbish = 0;

const hangs: Kind = {
  name: "An attempt comes to nothing:",
  concurrency: 4,
  rows: [
    {
      name: "TCP is accepted, and silent",
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
      reason: NO_ANSWER,
      build: atGateway(({ proxy }) => ({ arm: () => proxy.stall(), lift: () => proxy.restore() })),
    },
    {
      name: "TLS hangs in its handshake",
      opCounts: SOME,
      options: { ...tlsAgent, connectTimeoutMs: CONNECT_TIMEOUT_MS },
      reason: NO_ANSWER,
      build: atGateway(({ proxy }) => ({ arm: () => proxy.stall(), lift: () => proxy.restore() }), serverTls()),
    },
    {
      name: "headers are never sent",
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
      reason: NO_ANSWER,
      build: atGateway((_, gateway) => ({ arm: () => gateway.withholdHeaders(), lift: () => gateway.sendHeaders() })),
    },
    {
      name: "the token's provider hangs",
      opCounts: SOME,
      options: { connectTimeoutMs: CONNECT_TIMEOUT_MS },
      reason: /^no token from credentialToken within connectTimeoutMs/,
      build: provided(() => new Promise(() => undefined)),
    },
    {
      name: "the token's provider throws",
      opCounts: ONE,
      reason: /^the credentialToken function threw/,
      build: provided(() => {
        throw new Error(`no such user: ${SECRET}`);
      }),
    },
    {
      name: "the token's provider rejects",
      opCounts: ONE,
      reason: /^the credentialToken function threw/,
      build: provided(() => Promise.reject(new Error(`no such user: ${SECRET}`))),
    },
    {
      name: "the token's provider gives rubbish",
      opCounts: ONE,
      times: 4,
      reason: /^the credentialToken function gave no token/,
      build: provided(() => rubbishTokens[rubbish++ % rubbishTokens.length]),
    },
  ],
};

const refusals: Kind = {
  name: "The gateway cannot be reached:",
  rows: [
    {
      name: "the connection is refused",
      reason: /ECONNREFUSED/,
      build: atGateway(({ proxy }) => ({ arm: () => proxy.stopListening(), lift: () => proxy.restore() })),
    },
    {
      name: "its name does not resolve",
      opCounts: ONE,
      reason: /^14 UNAVAILABLE: Name resolution failed/,
      options: {
        // Elsewhere than on this machine a token goes by TLS only, and the certificate knows nothing of such names.
        channelCredentials: ChannelCredentials.createSsl(caCert, null, null, {
          checkServerIdentity: () => undefined,
        }),
      },
      build: atGateway((scene) => {
        const name = scene.own(nameThatResolves());
        scene.endpoint = `${name.host}:${scene.proxy.port}`;
        return { arm: () => name.forget(), lift: () => name.remember() };
      }, serverTls()),
    },
    {
      // Whoever takes no connection passes nothing on either: a stream that is there already is cut off as well.
      name: "its SYN is dropped",
      opCounts: ONE,
      options: SILENT,
      isSilent: true,
      reason: NO_ANSWER,
      struck: /^14 UNAVAILABLE/,
      build: atGateway(async (scene) => {
        const port = scene.own(await UnansweredPort.inFrontOf(scene.proxy));
        scene.endpoint = port.endpoint;
        return { arm: () => port.stop(), strike: () => port.stop(), lift: () => port.cont() };
      }),
    },
    {
      name: "it flaps 50 times in a second",
      times: 1,
      goesLive: true,
      reason: /./,
      build: atGateway(({ proxy }) => {
        let flapped: Promise<void> | undefined;
        const flap = () => {
          flapped = proxy.flap(50, 20);
        };
        return { arm: flap, strike: flap, lift: () => flapped };
      }),
    },
  ],
};

const tls: Kind = {
  name: "TLS:",
  rows: [
    {
      name: "a CA that is unknown",
      options: tlsAgent,
      reason: /TLS/,
      build: elsewhere(() => DevGateway.start({ credentials: tlsServer() }), undefined, serverTls()),
    },
    {
      name: "a certificate that has expired",
      opCounts: ONE,
      options: tlsAgent,
      reason: /expired.*TLS/,
      build: elsewhere(() => DevGateway.start({ credentials: serverTls("expired") }), undefined, serverTls()),
    },
    {
      name: "a certificate of another name",
      opCounts: ONE,
      options: tlsAgent,
      reason: /TLS/,
      build: elsewhere(() => DevGateway.start({ credentials: serverTls("wrongName") }), undefined, serverTls()),
    },
    {
      name: "no client certificate where one is asked for",
      opCounts: ONE,
      options: tlsAgent,
      reason: /TLS/,
      build: elsewhere(
        () => DevGateway.start({ credentials: serverTls("server", { mutual: true }) }),
        undefined,
        serverTls(),
      ),
    },
    {
      name: "plaintext against TLS",
      reason: /TLS/,
      build: elsewhere(() => DevGateway.start({ credentials: serverTls() })),
    },
    {
      name: "TLS against plaintext",
      opCounts: ONE,
      options: tlsAgent,
      reason: /TLS/,
      build: elsewhere(() => DevGateway.start(), undefined, serverTls()),
    },
  ],
};

const OVERSIZE = wire({ opId: "x".repeat(70_000), signal: 3 });

/** Bytes in a signal's place that would change an op if they were taken for one. */
function undecodable(name: string, hex: string, opCounts: readonly number[] = ONE): Row {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  return {
    name,
    opCounts,
    goesLive: true,
    reason: /^13 INTERNAL|pars/i,
    build: answered(answers.bytes(answers.grpcMessage(bytes)), (_, gateway) => gateway.sendBytes(bytes)),
  };
}

/** Compressed, or said to be: a stream that is live cannot change how, so only an attempt meets these. */
const compressed: readonly Row[] = (
  [
    ["compressed in a way that nobody knows", "br", RESUME, /^2 UNKNOWN/],
    ["compressed, and it is not", "gzip", RESUME, /^13 INTERNAL/],
    ["compressed, and too large", "gzip", gzipSync(OVERSIZE), /^8 RESOURCE_EXHAUSTED/],
  ] as const
).map(([name, encoding, bytes, reason]) => ({
  name: `a message that is said to be ${name}`,
  opCounts: ONE,
  goesLive: true,
  reason,
  build: answered((stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc+proto", "grpc-encoding": encoding });
    stream.write(answers.grpcMessage(bytes, 1));
  }),
}));

const garbled: Kind = {
  name: "What comes is rubbish:",
  rows: [
    undecodable("an op id that is cut short", "0a10 6f703a30 1002", [0, 1, 100]),
    undecodable("a RESUME with a tag of 0 behind it", "0a04 6f703a30 1002 00"),
    undecodable("a wire type that there is not", "0a04 6f703a30 1002 0f"),
    undecodable("an op id that is no UTF-8", "0a04 6f703aff 1002"),
    undecodable("a tag beyond 32 bits", "0a04 6f703a30 9080808010 02"),
    {
      name: "a message that is too large",
      opCounts: SOME,
      goesLive: true,
      reason: /^8 RESOURCE_EXHAUSTED/,
      build: answered(answers.bytes(answers.grpcMessage(OVERSIZE)), (_, gateway) => gateway.sendBytes(OVERSIZE)),
    },
    ...compressed,
    {
      name: "noise",
      opCounts: ONE,
      goesLive: true,
      reason: /^8 RESOURCE_EXHAUSTED/,
      build: answered(answers.garbage, injected(data(Buffer.alloc(64, 0xff)))),
    },
  ],
};

const REFUSALS = { INVALID_ARGUMENT: 3, PERMISSION_DENIED: 7, UNIMPLEMENTED: 12, UNAUTHENTICATED: 16 };

/** What a gateway refuses an agent with that it takes for misconfigured. */
export const finalRefusals: readonly (readonly [string, StreamEnd])[] = Object.entries(REFUSALS).map(
  ([name, code]) => [name, { code, details: `refused ${SECRET}\r\n` }] as const,
);

const refusedLater: Kind = {
  name: "The gateway refuses an agent that it had before, with",
  phases: ["while live", "on reconnect"],
  rows: finalRefusals.map(([name, end]) => ({
    name,
    opCounts: SOME,
    isRefusal: true,
    reason: new RegExp(`^${end.code} ${name}: refused`),
    build: atGateway((_, gateway) => {
      const arm = () => gateway.refuseNext(Infinity, end);
      return {
        arm,
        strike() {
          arm();
          gateway.endStreams(end);
        },
        lift: () => gateway.refuseNext(0, end),
      };
    }),
  })),
};

/** The matrix. */
export const kinds: readonly Kind[] = [
  gone,
  resets,
  resetsAfterHeaders,
  ends,
  pages,
  goAways,
  silent,
  hangs,
  refusals,
  tls,
  garbled,
  refusedLater,
  killed,
];
