import { expect } from "chai";
import type { IncomingHttpHeaders } from "node:http";
import { requestGuard } from "../../../lib/testing/rest/requestGuard.js";

const LOCAL = { host: "127.0.0.1", apiKey: undefined };
const KEY = "aa_0123456789abcdef";

describe("requestGuard", () => {
  describe("by Host", () => {
    const served = [
      "127.0.0.1:7700",
      "127.0.0.1",
      "localhost:7700",
      "LOCALHOST",
      "[::1]:7700",
      "10.1.2.3:80",
      "[fe80::1]",
    ];
    for (const host of served) {
      it(`serves ${host}`, () => {
        expect(statusOf({ host })).to.equal(undefined);
      });
    }

    const refused = [
      "evil.example",
      "evil.example:7700",
      "localhost.evil.example",
      "127.0.0.1.evil.example:7700",
      "evil.example:127.0.0.1",
      "user@localhost",
      "localhost:7700:7700",
      "[localhost]",
      "::1]",
      "0x7f.1",
      "",
      undefined,
    ];
    for (const host of refused) {
      it(`refuses ${String(host)}: a name can be made to point here`, () => {
        expect(statusOf({ host })).to.equal(403);
      });
    }

    it("serves the name that it listens on, and no other", () => {
      const named = { ...LOCAL, host: "Gateway.local" };
      expect(statusOf({ host: "gateway.LOCAL:7700" }, named)).to.equal(undefined);
      expect(statusOf({ host: "gateway.local.evil.example" }, named)).to.equal(403);
    });
  });

  describe("by Origin", () => {
    const host = "127.0.0.1:7700";
    for (const origin of [undefined, "http://127.0.0.1:7700", "HTTP://127.0.0.1:7700"]) {
      it(`serves ${String(origin)}`, () => {
        expect(statusOf({ host, origin })).to.equal(undefined);
      });
    }

    for (const origin of [
      "",
      "null",
      "http://evil.example",
      "http://127.0.0.1",
      "http://127.0.0.1:7701",
      "http://localhost:7700",
      "https://127.0.0.1:7700",
      "http://127.0.0.1:7700.evil.example",
      "http://127.0.0.1:7700/",
      "file://",
    ]) {
      it(`refuses ${JSON.stringify(origin)}`, () => {
        expect(statusOf({ host, origin })).to.equal(403);
      });
    }

    it("refuses a foreign one also with the key: a browser may have it from elsewhere", () => {
      const headers = { host, origin: "http://evil.example", authorization: `Bearer ${KEY}` };
      expect(statusOf(headers, { ...LOCAL, apiKey: KEY })).to.equal(403);
    });
  });

  describe("by the key, where there is one,", () => {
    for (const authorization of [`Bearer ${KEY}`, `bearer ${KEY}`, `BEARER   ${KEY} `]) {
      it(`serves ${JSON.stringify(authorization)}`, () => {
        expect(keyed(authorization)).to.equal(undefined);
      });
    }

    for (const authorization of [
      undefined,
      "",
      KEY,
      "Bearer",
      "Bearer ",
      `Bearer ${KEY}0`,
      `Bearer ${KEY.slice(0, -1)}`,
      `Bearer ${KEY.toUpperCase()}`,
      `Bearer ${KEY} ${KEY}`,
      `Basic ${KEY}`,
    ]) {
      it(`refuses ${JSON.stringify(authorization)}`, () => {
        expect(keyed(authorization)).to.equal(401);
      });
    }

    it("says what it wants, and not what it is", async () => {
      const answer = requestGuard({ ...LOCAL, apiKey: KEY })({ host: "localhost" })!;
      expect(answer.headers.get("www-authenticate")).to.equal("Bearer");
      expect(await answer.text()).to.not.include(KEY);
    });

    function keyed(authorization: string | undefined): number | undefined {
      const headers = authorization === undefined ? {} : { authorization };
      return statusOf({ host: "localhost", ...headers }, { ...LOCAL, apiKey: KEY });
    }
  });
});

/** The status that such a request is refused with, if it is. */
function statusOf(
  headers: IncomingHttpHeaders,
  guard = LOCAL as Parameters<typeof requestGuard>[0],
): number | undefined {
  return requestGuard(guard)(headers)?.status;
}
