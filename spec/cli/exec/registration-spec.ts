import { expect } from "chai";
import { registrationOf } from "../../../lib/cli/exec/registration.js";

describe("registrationOf", () => {
  const key = process.env["AASM_API_KEY"];

  afterEach(() => {
    if (key === undefined) delete process.env["AASM_API_KEY"];
    else process.env["AASM_API_KEY"] = key;
  });

  it("is at the API server that is named, wherever the gateway is", () => {
    const registration = registrationOf({ api: "http://127.0.0.1:7701" }, "gateway.example:50051")!;
    expect(registration.isNamed).to.be.true;
    expect(registration.client.apiUrl).to.equal("http://127.0.0.1:7701");
    expect(() => registrationOf({ api: "ftp://x" }, "127.0.0.1:50051")).to.throw(TypeError, /--api/);
  });

  it("is a guess where the gateway is on this machine", () => {
    for (const api of [{}, { api: "" }]) {
      const registration = registrationOf(api, "127.0.0.1:50051")!;
      expect(registration.isNamed).to.be.false;
      expect(registration.client.apiUrl).to.equal("http://127.0.0.1:7700");
    }
  });

  it("is nowhere where the gateway is elsewhere, nor where a guess would be misuse", () => {
    expect(registrationOf({}, "gateway.example:50051")).to.be.undefined;
    process.env["AASM_API_KEY"] = "not a key";
    expect(registrationOf({}, "127.0.0.1:50051")).to.be.undefined;
  });
});
