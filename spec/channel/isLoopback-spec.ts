import { expect } from "chai";
import fc from "fast-check";
import { isLoopback } from "../../lib/channel/isLoopback.js";

describe("isLoopback", () => {
  describe("says yes to this machine", () => {
    for (const endpoint of [
      "localhost",
      "localhost:50051",
      "LocalHost:50051",
      "127.0.0.1",
      "127.0.0.1:50051",
      "127.255.255.254:1",
      "::1",
      "[::1]",
      "[::1]:50051",
      "[0:0:0:0:0:0:0:1]:50051",
      "dns:localhost:50051",
      "dns:///localhost:50051",
      "dns:///127.0.0.1:50051",
      "ipv4:127.0.0.1:50051",
      "ipv4:127.0.0.1:1,127.0.0.2:2",
      "ipv6:[::1]:50051",
      "unix:/run/gateway.sock",
      "unix:///run/gateway.sock",
      "unix:gateway.sock",
    ]) {
      it(endpoint, () => expect(isLoopback(endpoint)).to.be.true);
    }
  });

  describe("says no to any other", () => {
    for (const endpoint of [
      "gateway.example.com:50051",
      "10.0.0.1:50051",
      "126.255.255.255:1",
      "128.0.0.0:1",
      "0.0.0.0:50051",
      "[::]:50051",
      "[::2]:50051",
      "[fe80::1]:50051",
      "localhost.example.com:50051",
      "127.0.0.1.example.com:50051",
      "127.0.0.1@example.com:50051",
      "localhost@example.com",
      "localhost#example.com",
      "example.com#localhost",
      "example.com/localhost",
      "my-localhost:50051",
      "localhost:50051:50051",
      "[localhost.example.com]:50051",
      "[::1]example.com",
      "[::1].example.com:50051",
      "example.com[::1]:50051",
      "127.0.0:50051.1",
      "127.0.0.1,ipv4:127.0.0.1",
      "ipv4:127.0.0.1:1,10.0.0.1:2",
      "127.0.0.1:1,10.0.0.1:2",
      "dns:gateway.example.com",
      "dns:///gateway.example.com:50051",
      "dns://127.0.0.1/gateway.example.com",
      "xds:localhost",
      "",
      ":50051",
      "50051",
    ]) {
      it(`"${endpoint}"`, () => expect(isLoopback(endpoint)).to.be.false);
    }
  });

  describe("says no to what only looks like a scheme: gRPC would look it up as the name of a host", () => {
    for (const endpoint of ["UNIX:50051", "Unix:50051", "unix-abstract:50051"]) {
      it(endpoint, () => expect(isLoopback(endpoint)).to.be.false);
    }
  });

  it("says no to a name that a DNS server elsewhere is asked for, whatever the name is", () => {
    expect(isLoopback("dns://192.0.2.1/localhost:50051")).to.be.false;
  });

  it("says yes to exactly 127.0.0.0/8 among the IPv4 addresses, with and without a port", () => {
    const port = fc.option(fc.nat(65_535), { nil: undefined });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.nat(0xffffff).map(inLoopbackNet)), port, (address, port) => {
        const endpoint = port === undefined ? address : `${address}:${port}`;
        expect(isLoopback(endpoint)).to.equal(address.startsWith("127."));
      }),
    );
  });

  it("says no to every domain but localhost", () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        expect(isLoopback(`${domain}:50051`)).to.be.false;
      }),
    );
  });
});

function inLoopbackNet(host: number): string {
  return `127.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
}
