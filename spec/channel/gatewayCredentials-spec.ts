import { ChannelCredentials, Client } from "@grpc/grpc-js";
import { expect } from "chai";
import { anotherGrpc } from "../helpers/anotherGrpc.js";
import { gatewayCredentials, isChannelCredentials, isReadableOnTheWay } from "../../lib/channel/gatewayCredentials.js";

describe("gatewayCredentials", () => {
  for (const endpoint of ["localhost:50051", "127.0.0.1:50051", "[::1]:50051", "unix:/run/gateway.sock"]) {
    it(`is plaintext to ${endpoint}, which never leaves this machine`, () => {
      expect(gatewayCredentials(endpoint, { allowInsecure: false })._isSecure()).to.be.false;
    });
  }

  for (const endpoint of ["gateway.example.com:50051", "10.0.0.1:50051", "localhost.example.com", "0.0.0.0:50051"]) {
    it(`is TLS to ${endpoint}`, () => {
      expect(gatewayCredentials(endpoint, { allowInsecure: false })._isSecure()).to.be.true;
    });
  }

  it("is TLS with the system's roots: what it makes is what grpc-js makes by default", () => {
    const made = gatewayCredentials("gateway.example.com:50051", { allowInsecure: false });
    expect(made.constructor).to.equal(ChannelCredentials.createSsl().constructor);
  });

  it("is plaintext to another machine where that is allowed", () => {
    expect(gatewayCredentials("gateway.example.com:50051", { allowInsecure: true })._isSecure()).to.be.false;
  });

  it("takes what it is given as it is, whatever the endpoint and whatever is allowed", () => {
    const secure = ChannelCredentials.createSsl();
    const insecure = ChannelCredentials.createInsecure();
    for (const endpoint of ["127.0.0.1:50051", "gateway.example.com:50051"]) {
      for (const allowInsecure of [false, true]) {
        for (const channelCredentials of [secure, insecure]) {
          expect(gatewayCredentials(endpoint, { channelCredentials, allowInsecure })).to.equal(channelCredentials);
        }
      }
    }
  });
});

describe("isReadableOnTheWay", () => {
  const secure = ChannelCredentials.createSsl();
  const insecure = ChannelCredentials.createInsecure();

  it("says yes to plaintext to another machine, wherever the credentials are from", () => {
    expect(isReadableOnTheWay("gateway.example.com:50051", insecure)).to.be.true;
    expect(isReadableOnTheWay("unix-abstract:50051", insecure)).to.be.true;
  });

  it("says no to TLS, and to what never leaves this machine", () => {
    expect(isReadableOnTheWay("gateway.example.com:50051", secure)).to.be.false;
    for (const endpoint of ["127.0.0.1:50051", "localhost", "unix:/run/gateway.sock"]) {
      expect(isReadableOnTheWay(endpoint, insecure)).to.be.false;
    }
  });
});

describe("isChannelCredentials", () => {
  it("knows the credentials of grpc-js", () => {
    expect(isChannelCredentials(ChannelCredentials.createSsl())).to.be.true;
    expect(isChannelCredentials(ChannelCredentials.createInsecure())).to.be.true;
  });

  it("does not take those of another copy of grpc-js, for ours would not", () => {
    const others = anotherGrpc().ChannelCredentials.createSsl();
    expect(() => new Client("127.0.0.1:1", others)).to.throw(TypeError, "ChannelCredentials");
    expect(isChannelCredentials(others)).to.be.false;
  });

  it("takes nothing else for them", () => {
    for (const value of [undefined, null, {}, "tls", true, ChannelCredentials, { _isSecure: () => true }]) {
      expect(isChannelCredentials(value)).to.be.false;
    }
  });
});
