import { expect } from "chai";
import {
  check,
  checkDurationMs,
  checkMethods,
  checkObject,
  checkOptions,
  checkReturnedId,
  checkSignal,
} from "../lib/check.js";

const MAX_DELAY_MS = 2147483647;

describe("check", () => {
  it("lets what is right pass", () => {
    expect(() => check(true, "agentId", "a string")).not.to.throw();
  });

  it("refuses what is wrong with a TypeError that names it and says what it must be", () => {
    expect(() => check(false, "agentId", "a string")).to.throw(TypeError, /^agentId must be a string$/);
  });
});

describe("checkDurationMs", () => {
  for (const ms of [0, 1, 1.5, 60_000, MAX_DELAY_MS]) {
    it(`takes ${ms}`, () => {
      expect(() => checkDurationMs("timeoutMs", ms)).not.to.throw();
    });
  }

  // A timer that is given more than 2^31 - 1 fires at once.
  for (const ms of [-1, Number.NaN, Infinity, -Infinity, MAX_DELAY_MS + 1, "1000", 1000n, null, undefined, true]) {
    it(`refuses ${typeof ms} ${String(ms)}`, () => {
      expect(() => checkDurationMs("timeoutMs", ms)).to.throw(
        TypeError,
        `timeoutMs must be a number of milliseconds from 0 to ${MAX_DELAY_MS}`,
      );
    });
  }

  it("takes no less than it is told to", () => {
    expect(() => checkDurationMs("connectTimeoutMs", 1, 1)).not.to.throw();
    expect(() => checkDurationMs("connectTimeoutMs", 0, 1)).to.throw(
      TypeError,
      `connectTimeoutMs must be a number of milliseconds from 1 to ${MAX_DELAY_MS}`,
    );
  });
});

describe("checkObject", () => {
  for (const [what, object] of [
    ["an empty object", {}],
    ["one without a prototype", Object.create(null)],
    ["an instance", new URL("file:///")],
  ] as const) {
    it(`takes ${what}`, () => {
      expect(() => checkObject("keepalive", object)).not.to.throw();
    });
  }

  for (const [what, value] of [
    ["null", null],
    ["undefined", undefined],
    ["an array", [30_000]],
    ["a string", "30000"],
    ["a number", 30_000],
    ["a function", () => ({})],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => checkObject("keepalive", value)).to.throw(TypeError, /^keepalive must be an object$/);
    });
  }
});

describe("checkOptions", () => {
  it("takes the options that there are, all or none of them", () => {
    expect(() => checkOptions({ limit: 1 }, ["limit", "overflow"])).not.to.throw();
    expect(() => checkOptions({}, ["limit"])).not.to.throw();
  });

  it("refuses any other by its name, and says which there are", () => {
    const expected = /^limits must be spelt as one of the options that there are: limit, overflow$/;
    expect(() => checkOptions({ limits: 1 }, ["limit", "overflow"])).to.throw(TypeError, expected);
    expect(() => checkOptions({ toString: 1 }, ["limit"])).to.throw(TypeError, /^toString must be/);
  });

  it("refuses what is no object, by the name of the option that holds it where there is one", () => {
    expect(() => checkOptions(null, ["limit"])).to.throw(TypeError, /^options must be an object$/);
    expect(() => checkOptions(7, ["limit"], "keepalive")).to.throw(TypeError, /^keepalive must be an object$/);
  });

  it("names the option that holds it, and shows no control character", () => {
    expect(() => checkOptions({ "a\n": 1 }, ["b"], "keepalive")).to.throw(TypeError, /^keepalive\.a\\u000a must be/);
  });
});

describe("checkSignal", () => {
  for (const [what, signal] of [
    ["a signal", new AbortController().signal],
    ["one that is aborted already", AbortSignal.abort()],
  ] as const) {
    it(`takes ${what}`, () => {
      expect(() => checkSignal("signal", signal)).not.to.throw();
    });
  }

  for (const [what, value] of [
    ["the controller", new AbortController()],
    ["an object that looks like one", { aborted: false, addEventListener() {}, removeEventListener() {} }],
    ["an EventTarget", new EventTarget()],
    ["null", null],
    ["a string", "SIGTERM"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => checkSignal("signal", value)).to.throw(TypeError, /^signal must be an AbortSignal$/);
    });
  }
});

describe("checkMethods", () => {
  it("takes whatever has them all, be they its own or not", () => {
    for (const value of [new Map(), { get: () => undefined, has: () => undefined }]) {
      expect(() => checkMethods("map", value, ["get", "has"], "a Map")).not.to.throw();
    }
  });

  for (const value of [undefined, null, 7, "map", {}, { get: () => undefined }, { get: 1, has: 1 }, () => undefined]) {
    it(`refuses ${typeof value} ${JSON.stringify(value)}`, () => {
      expect(() => checkMethods("map", value, ["get", "has"], "a Map")).to.throw(TypeError, /^map must be a Map$/);
    });
  }
});

describe("checkReturnedId", () => {
  it("takes any string", () => {
    for (const opId of ["trace:span", "", "*"]) expect(() => checkReturnedId("opIdOf", opId)).not.to.throw();
  });

  for (const value of [undefined, null, 7, {}, Promise.resolve("trace:span")]) {
    it(`refuses ${typeof value} ${JSON.stringify(value)}, by the callback that returned it`, () => {
      const refused = /^opIdOf must be a function that returns a string, the id of an op$/;
      expect(() => checkReturnedId("opIdOf", value)).to.throw(TypeError, refused);
    });
  }
});
