import { ChannelCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import {
  type ConnectOptions,
  type FromOptions,
  type KeepaliveOptions,
  type ReconnectOptions,
  resolveConnectOptions,
  resolveFromOptions,
  resolveGatewayOptions,
} from "../lib/options.js";
import { anotherGrpc } from "./helpers/anotherGrpc.js";

const LOCAL = "127.0.0.1:50051";
const REMOTE = "gateway.example.com:443";
const TOKEN = "s3cr3t";
const MAX_DELAY_MS = 2147483647;

const tls = ChannelCredentials.createSsl();
const plaintext = ChannelCredentials.createInsecure();

const connect = (options: object, endpoint = LOCAL) =>
  resolveConnectOptions(endpoint, { agentId: "agent-7", ...options });

/** What an option takes and what it refuses. */
interface Values {
  readonly right: readonly unknown[];
  readonly wrong: readonly unknown[];
}

const durations: Values = {
  right: [1, 1.5, 30_000, MAX_DELAY_MS],
  wrong: [0, -1, Number.NaN, Infinity, MAX_DELAY_MS + 1, "1000", 1000n, null, true],
};

const names: Values = {
  right: ["", "acme", "a:b c"],
  wrong: [null, 7, true, ["acme"], { id: "acme" }],
};

const fromValues: Readonly<Record<keyof FromOptions, Values>> = {
  orgId: names,
  teamId: names,
  agentId: {
    right: ["agent-7", "a:b c"],
    wrong: ["", ...names.wrong],
  },
  maxTrackedOps: {
    right: [1, 100_000, Number.MAX_SAFE_INTEGER],
    wrong: [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, "100", 100n, null, true],
  },
  whenStale: {
    right: [{ then: "proceed" }, { then: "proceed", graceMs: 5_000 }, { then: "hold", graceMs: 5_000 }],
    wrong: [null, "hold", 5_000, true, [], () => ({})],
  },
  settleMs: {
    right: [0, ...durations.right],
    wrong: durations.wrong.filter((value) => value !== 0),
  },
  reconcile: {
    right: [() => [], () => Promise.resolve([])],
    wrong: [null, true, 7, "http://127.0.0.1:7700", {}, [], Promise.resolve([])],
  },
};

const connectValues: Readonly<Record<keyof ConnectOptions, Values>> = {
  ...fromValues,
  credentialToken: {
    right: [TOKEN, "two words", "!", () => TOKEN, () => Promise.resolve(TOKEN)],
    wrong: ["", " ", ` ${TOKEN}`, `${TOKEN} `, `${TOKEN}\n`, `a\r\nb: ${TOKEN}`, `${TOKEN}é`, null, 7, [TOKEN]],
  },
  channelCredentials: {
    right: [tls, plaintext],
    wrong: [null, "tls", {}, ChannelCredentials, () => tls],
  },
  allowInsecure: {
    right: [true, false],
    wrong: [null, 0, 1, "true", ""],
  },
  reconnect: {
    right: [false, { initialDelayMs: 1, maxDelayMs: 1 }, { initialDelayMs: 0.5 + 1, maxDelayMs: MAX_DELAY_MS }],
    wrong: [null, 0, 1000, "", "false", true, [], () => ({})],
  },
  connectTimeoutMs: durations,
  keepalive: {
    right: [{ intervalMs: 1000, timeoutMs: 500 }],
    wrong: [null, 30_000, "30000", true, [30_000], () => ({})],
  },
  maxStreamAgeMs: durations,
};

const reconnectValues: Readonly<Record<keyof ReconnectOptions, Values>> = {
  initialDelayMs: { ...durations, right: [1, 1.5, 1_000] },
  maxDelayMs: { ...durations, right: [1_000, 1_000.5, MAX_DELAY_MS] },
};

const keepaliveValues: Readonly<Record<keyof KeepaliveOptions, Values>> = {
  intervalMs: durations,
  timeoutMs: durations,
};

const show = (value: unknown) =>
  typeof value === "string" || Array.isArray(value) ? JSON.stringify(value) : String(value);

/** What holds for every option, `resolve` being given that one alone. */
function describeOption(name: string, { right, wrong }: Values, resolve: (value: unknown) => unknown): void {
  describe(name, () => {
    for (const value of right) {
      it(`takes ${show(value)}`, () => {
        expect(resolve(value)).to.deep.equal(value);
      });
    }

    for (const value of wrong) {
      it(`refuses ${show(value)} with a TypeError that names it`, () => {
        expect(() => resolve(value)).to.throw(TypeError, new RegExp(`^${name} must be `));
      });
    }
  });
}

/** What holds for names that are no option's, such as misspelt ones. */
function describeUnknownNames(resolve: (options: object) => unknown): void {
  for (const name of ["agentID", "toString", "constructor", "hasOwnProperty", "__proto__", ""]) {
    it(`refuses the unknown option "${name}", also as undefined, and tells which there are`, () => {
      for (const value of [undefined, 7]) {
        const options = Object.defineProperty<object>({}, name, { value, enumerable: true });
        expect(() => resolve(options)).to.throw(TypeError, new RegExp(`^${name} must be .*\\bmaxTrackedOps\\b`));
      }
    });
  }

  it("shows an unknown name without control characters, and cut", () => {
    expect(() => resolve({ "a\nb\u001b[2J": 1 })).to.throw(TypeError, /^a\\u000ab\\u001b\[2J must be/);
    expect(() => resolve({ ["x".repeat(5000)]: 1 })).to.throw(TypeError, /^x{200}… must be/);
  });

  for (const options of [null, undefined, "agent-7", 7, [], () => ({})]) {
    it(`refuses ${show(options)} for the options themselves`, () => {
      expect(() => resolve(options as never)).to.throw(TypeError, /^options must be an object$/);
    });
  }
}

describe("resolveFromOptions", () => {
  for (const [name, values] of Object.entries(fromValues)) {
    describeOption(name, values, (value) => {
      const resolved: object = resolveFromOptions({ [name]: value });
      return resolved[name as never];
    });

    it(`takes ${name}: undefined for left out`, () => {
      expect(resolveFromOptions({ [name]: undefined })).to.deep.equal(resolveFromOptions({}));
    });
  }

  describeUnknownNames((options) => resolveFromOptions(options));

  describeWhenStale((options) => resolveFromOptions(options as FromOptions));

  it("remembers up to 100,000 ops of nobody in particular by default", () => {
    expect(resolveFromOptions({})).to.deep.include({
      orgId: "",
      teamId: "",
      maxTrackedOps: 100_000,
      whenStale: { then: "proceed" },
      settleMs: 0,
    });
    expect(resolveFromOptions({})).not.to.have.property("reconcile");
  });
});

/** What holds for the dead-man switch, whichever way signals come in. */
function describeWhenStale(resolve: (options: { whenStale: object }) => { whenStale: object }): void {
  describe("whenStale", () => {
    for (const then of ["hold", "fail"]) {
      it(`takes "${then}" with its graceMs only`, () => {
        expect(resolve({ whenStale: { then, graceMs: 2_000 } }).whenStale).to.deep.equal({ then, graceMs: 2_000 });
        for (const graceMs of [undefined, ...durations.wrong]) {
          const resolveIt = () => resolve({ whenStale: { then, graceMs } });
          expect(resolveIt, show(graceMs)).to.throw(TypeError, /^whenStale\.graceMs must be /);
        }
      });
    }

    for (const then of [undefined, null, "", "Hold", "pause", 1, true]) {
      it(`refuses ${show(then)} for what is to be done: nothing would be`, () => {
        expect(() => resolve({ whenStale: { then, graceMs: 5_000 } })).to.throw(TypeError, /^whenStale\.then must be /);
      });
    }

    it("refuses an unknown part by its full name, and tells which there are", () => {
      expect(() => resolve({ whenStale: { then: "hold", grace: 5_000 } })).to.throw(
        TypeError,
        /^whenStale\.grace must be .*: then, graceMs$/,
      );
    });
  });
}

describe("resolveConnectOptions", () => {
  describeWhenStale((options) => connect(options));

  it("refuses a whenStale.graceMs that the first wait may exceed, and says why", () => {
    const refused = /^whenStale\.graceMs must be at least reconnect\.initialDelayMs \(1000 ms\): .*stale/;
    for (const then of ["hold", "fail", "proceed"]) {
      expect(() => connect({ whenStale: { then, graceMs: 999 } })).to.throw(TypeError, refused);
      expect(() => connect({ whenStale: { then, graceMs: 1_000 } })).not.to.throw();
      const quick = { reconnect: { initialDelayMs: 10 }, whenStale: { then, graceMs: 10 } };
      expect(() => connect(quick)).not.to.throw();
      expect(() => connect({ reconnect: false, whenStale: { then, graceMs: 1 } })).not.to.throw();
    }
  });

  for (const [name, values] of Object.entries(connectValues)) {
    describeOption(name, values, (value) => {
      const resolved: object = connect({ [name]: value });
      return resolved[name as never];
    });
  }

  for (const name of Object.keys(connectValues).filter((name) => name !== "agentId")) {
    it(`takes ${name}: undefined for left out`, () => {
      expect(connect({ [name]: undefined })).to.deep.equal(connect({}));
    });
  }

  describeUnknownNames((options) => resolveConnectOptions(LOCAL, options as never));

  for (const [what, options] of [
    ["is left out", {}],
    ["is undefined", { agentId: undefined }],
  ] as const) {
    it(`asks for the agentId where it ${what}`, () => {
      expect(() => resolveConnectOptions(LOCAL, options as never)).to.throw(TypeError, /^agentId must be /);
    });
  }

  it("has a default for all that is left out", () => {
    expect(connect({})).to.deep.include({
      orgId: "",
      teamId: "",
      agentId: "agent-7",
      maxTrackedOps: 100_000,
      allowInsecure: false,
      connectTimeoutMs: 10_000,
      reconnect: { initialDelayMs: 1_000, maxDelayMs: 32_000 },
      keepalive: { intervalMs: 30_000, timeoutMs: 10_000 },
      whenStale: { then: "proceed" },
      settleMs: 0,
    });
    expect(connect({})).not.to.have.property("reconcile");
    expect(connect({})).not.to.have.property("maxStreamAgeMs");
    expect(connect({})).not.to.have.property("credentialToken");
  });

  it("neither alters the options nor follows what becomes of them", () => {
    const keepalive = { intervalMs: 1000 };
    const options = Object.freeze({ keepalive: Object.freeze(keepalive) });
    const resolved = connect(options);
    expect(resolved.keepalive).not.to.equal(keepalive);
    expect(options).to.deep.equal({ keepalive: { intervalMs: 1000 } });
  });

  describe("keepalive", () => {
    for (const [name, values] of Object.entries(keepaliveValues)) {
      describeOption(`keepalive.${name}`, values, (value) => {
        const { keepalive } = connect({ keepalive: { [name]: value } });
        return keepalive[name as keyof KeepaliveOptions];
      });

      it(`takes keepalive.${name}: undefined for left out`, () => {
        expect(connect({ keepalive: { [name]: undefined } })).to.deep.equal(connect({}));
      });
    }

    it("has a default for the part that is left out", () => {
      expect(connect({ keepalive: { intervalMs: 1000 } }).keepalive).to.deep.equal({
        intervalMs: 1000,
        timeoutMs: 10_000,
      });
      expect(connect({ keepalive: { timeoutMs: 500 } }).keepalive).to.deep.equal({
        intervalMs: 30_000,
        timeoutMs: 500,
      });
    });

    it("refuses an unknown part by its full name, and tells which there are", () => {
      expect(() => connect({ keepalive: { interval: 1000 } })).to.throw(
        TypeError,
        /^keepalive\.interval must be .*: intervalMs, timeoutMs$/,
      );
    });
  });

  describe("reconnect", () => {
    for (const [name, values] of Object.entries(reconnectValues)) {
      describeOption(`reconnect.${name}`, values, (value) => {
        const { reconnect } = connect({ reconnect: { [name]: value } });
        return reconnect && reconnect[name as keyof ReconnectOptions];
      });

      it(`takes reconnect.${name}: undefined for left out`, () => {
        expect(connect({ reconnect: { [name]: undefined } })).to.deep.equal(connect({}));
      });
    }

    it("lets the default of the part that is left out give way to the one that is given", () => {
      const resolved = (reconnect: ReconnectOptions) => connect({ reconnect }).reconnect;
      expect(resolved({ initialDelayMs: 5 })).to.deep.equal({ initialDelayMs: 5, maxDelayMs: 32_000 });
      expect(resolved({ initialDelayMs: 60_000 })).to.deep.equal({ initialDelayMs: 60_000, maxDelayMs: 60_000 });
      expect(resolved({ maxDelayMs: 50 })).to.deep.equal({ initialDelayMs: 50, maxDelayMs: 50 });
      expect(resolved({ maxDelayMs: 5_000 })).to.deep.equal({ initialDelayMs: 1_000, maxDelayMs: 5_000 });
    });

    it("refuses a longest wait that is shorter than the first", () => {
      expect(() => connect({ reconnect: { initialDelayMs: 100, maxDelayMs: 99 } })).to.throw(
        TypeError,
        /^reconnect\.maxDelayMs must be at least reconnect\.initialDelayMs \(100 ms\)$/,
      );
    });

    it("refuses an unknown part by its full name, and tells which there are", () => {
      expect(() => connect({ reconnect: { initialDelay: 5 } })).to.throw(
        TypeError,
        /^reconnect\.initialDelay must be .*: initialDelayMs, maxDelayMs$/,
      );
    });

    it("leaves no stream to be replaced where it is false", () => {
      expect(() => connect({ reconnect: false, maxStreamAgeMs: 1_000 })).to.throw(
        TypeError,
        /^maxStreamAgeMs must be /,
      );
    });
  });

  it("says of channelCredentials of another copy of grpc-js which copy and version they must be of", () => {
    const packageJson = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    const { dependencies } = JSON.parse(packageJson) as { dependencies: { "@grpc/grpc-js": string } };
    const channelCredentials = anotherGrpc().ChannelCredentials.createSsl();
    expect(() => connect({ channelCredentials }))
      .to.throw(TypeError, /^channelCredentials must be .*\bsame copy of @grpc\/grpc-js that rx-op-control uses;/)
      .with.property("message")
      .that.includes(`depend on ${dependencies["@grpc/grpc-js"]} `);
  });

  describe("endpoint", () => {
    for (const endpoint of [
      LOCAL,
      REMOTE,
      "localhost",
      "[::1]:50051",
      "dns:///gateway:50051",
      "unix:/run/gateway.sock",
      "unix:/run/user@1000/gateway.sock",
    ]) {
      it(`takes ${endpoint}`, () => {
        expect(() => connect({}, endpoint)).not.to.throw();
      });
    }

    for (const endpoint of [
      "user:password@gateway:1",
      "user@gateway:1",
      "user:password@127.0.0.1:1",
      "dns:///user:password@gateway:1",
      "dns://user:password@192.0.2.1/gateway:1",
      "ipv4:user:password@127.0.0.1:1",
      "UNIX:user@gateway:1",
      "",
      " ",
      "a b:1",
      "gateway:1\n",
      "http://gateway:1",
      "HTTPS://gateway:1",
      null,
      undefined,
      1,
    ]) {
      it(`refuses ${show(endpoint)} with a TypeError that names it`, () => {
        expect(() => connect({}, endpoint === undefined ? (null as never) : (endpoint as never))).to.throw(
          TypeError,
          /^endpoint must be /,
        );
      });
    }
  });

  describe("a token", () => {
    const remoteBesideLocal = "ipv4:127.0.0.1:50051,10.0.0.1:50051";

    for (const [where, endpoint, options] of [
      ["in clear text to another machine", REMOTE, { allowInsecure: true }],
      ["in clear text to one machine of several that is another", remoteBesideLocal, { allowInsecure: true }],
      ["to another machine over credentials that are plaintext", REMOTE, { channelCredentials: plaintext }],
      [
        "to another machine over credentials that are plaintext, allowed as they are",
        REMOTE,
        { channelCredentials: plaintext, allowInsecure: true },
      ],
    ] as const) {
      for (const credentialToken of [TOKEN, () => TOKEN]) {
        it(`is refused ${where}, as a ${typeof credentialToken}`, () => {
          expect(() => connect({ ...options, credentialToken }, endpoint)).to.throw(
            TypeError,
            /^credentialToken must be /,
          );
        });
      }

      it(`may be left out ${where}`, () => {
        expect(() => connect({ ...options, credentialToken: undefined }, endpoint)).not.to.throw();
      });
    }

    for (const [where, endpoint, options] of [
      ["over TLS to another machine", REMOTE, {}],
      ["over TLS to another machine where plaintext is not allowed", REMOTE, { allowInsecure: false }],
      ["over TLS of the caller's own to another machine", REMOTE, { channelCredentials: tls }],
      [
        "over TLS of the caller's own although plaintext is allowed",
        REMOTE,
        { channelCredentials: tls, allowInsecure: true },
      ],
      ["in clear text on this machine", LOCAL, {}],
      ["in clear text on this machine, allowed though it need not be", LOCAL, { allowInsecure: true }],
      ["over credentials that are plaintext on this machine", LOCAL, { channelCredentials: plaintext }],
    ] as const) {
      it(`may be sent ${where}`, () => {
        expect(connect({ ...options, credentialToken: TOKEN }, endpoint)).to.have.property("credentialToken", TOKEN);
      });
    }
  });

  describe("an error", () => {
    const secrets = [`${TOKEN}\n`, [TOKEN], { token: TOKEN }, () => TOKEN, Symbol(TOKEN), new Error(TOKEN)];

    const messageOf = (resolve: () => unknown): string => {
      try {
        resolve();
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };

    for (const name of [...Object.keys(connectValues), "credentialTokn", "keepalive.timeoutMs"]) {
      it(`never repeats what ${name} was given: it may be secret`, () => {
        const [option = "", part] = name.split(".");
        // A token that is right goes along, so that no other option's error repeats it either.
        const others = option === "credentialToken" ? {} : { credentialToken: TOKEN };
        const messages = secrets.map((secret) =>
          messageOf(() => connect({ ...others, [option]: part ? { [part]: secret } : secret })),
        );
        expect(messages.join("")).to.include(name).and.not.to.include(TOKEN);
      });
    }

    for (const scheme of ["https://", "dns:///", ""]) {
      it(`never repeats the endpoint, which may carry a password (${scheme}user:password@host)`, () => {
        const message = messageOf(() => connect({}, `${scheme}user:${TOKEN}@gateway:1`));
        expect(message)
          .to.match(/^endpoint must be/)
          .and.not.to.include(TOKEN);
      });
    }

    it("never repeats the token that it refuses to send in clear text", () => {
      const message = messageOf(() => connect({ credentialToken: TOKEN, allowInsecure: true }, REMOTE));
      expect(message)
        .to.match(/^credentialToken must be/)
        .and.not.to.include(TOKEN);
    });
  });
});

describe("resolveGatewayOptions", () => {
  const gateway = (options: object, endpoint = LOCAL) =>
    resolveGatewayOptions(endpoint, { agentId: "agent-7", ...options });
  const subscribersOwn = { maxTrackedOps: 7, whenStale: { then: "proceed" }, settleMs: 7, reconcile: () => [] };

  it("gives what connect goes by, but for what is the subscriber's own", () => {
    for (const options of [{}, { credentialToken: TOKEN, reconnect: { maxDelayMs: 5_000 }, maxStreamAgeMs: 60_000 }]) {
      const { maxTrackedOps, whenStale, settleMs, ...rest } = connect(options);
      expect([maxTrackedOps, whenStale, settleMs]).not.to.include(undefined);
      expect(gateway(options)).to.deep.equal(rest);
    }
  });

  for (const [name, value] of Object.entries(subscribersOwn)) {
    it(`refuses ${name}, which is for who takes the signals, and tells which there are`, () => {
      expect(() => gateway({ [name]: value })).to.throw(TypeError, new RegExp(`^${name} must be .*\\bagentId\\b`));
    });
  }

  for (const [name, { wrong }] of Object.entries(connectValues).filter(([name]) => !(name in subscribersOwn))) {
    it(`refuses a wrong ${name} as connect does`, () => {
      for (const value of wrong) {
        expect(() => gateway({ [name]: value }), show(value)).to.throw(TypeError, new RegExp(`^${name} must be `));
      }
    });
  }

  it("refuses what does not go together, or is no endpoint", () => {
    expect(() => gateway({ reconnect: false, maxStreamAgeMs: 1_000 })).to.throw(TypeError, /^maxStreamAgeMs must be /);
    expect(() => gateway({ credentialToken: TOKEN, allowInsecure: true }, REMOTE)).to.throw(
      TypeError,
      /^credentialToken /,
    );
    expect(() => gateway({}, "http://gateway:1")).to.throw(TypeError, /^endpoint must be /);
    expect(() => resolveGatewayOptions(LOCAL, {} as never)).to.throw(TypeError, /^agentId must be /);
  });
});
