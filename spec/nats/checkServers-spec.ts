import { expect } from "chai";
import { checkServers } from "../../lib/nats/checkServers.js";

const wrong: readonly unknown[] = [
  undefined,
  null,
  [],
  "",
  "ws://bus.example",
  "http://bus.example",
  "bus.example/path",
  "me:secret@bus.example",
  ["bus.example:4222", "me@bus.example"],
  4222,
  "127.0.0.1:99999",
  "a:1:2",
  "[::1",
  ":4222",
];

describe("checkServers", () => {
  it("lets addresses be, one or several", () => {
    for (const servers of ["bus.example", "127.0.0.1:4222", "nats://[::1]:4222", "tls://bus.example", ["a:1", "b:2"]]) {
      checkServers("servers", servers);
    }
  });

  for (const servers of wrong) {
    it(`refuses ${JSON.stringify(servers)} by the option's name, and repeats no secret`, () => {
      expect(() => {
        checkServers("--nats", servers);
      })
        .to.throw(TypeError, /^--nats must be a "host:port"/)
        .with.property("message")
        .that.does.not.contain("secret");
    });
  }
});
