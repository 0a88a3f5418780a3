import { expect } from "chai";
import { firstValueFrom } from "rxjs";
import { listen, type ListenArguments } from "../../../lib/cli/gateway/listen.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import { rejectionOf } from "../../helpers/record.js";
import { deadEndpoint } from "../../helpers/sockets.js";
import { askApi } from "../../testing/rest/askApi.js";
import { withVariable } from "../api/withVariable.js";

const ANYWHERE: ListenArguments = { host: "127.0.0.1", port: 0, apiPort: 0 };

describe("listen", () => {
  it("starts a gateway with its REST API, where it is told to", async () => {
    const apiPort = Number((await deadEndpoint()).split(":")[1]);
    await using gateway = await listen({ ...ANYWHERE, host: "localhost", apiPort });
    expect(gateway.endpoint).to.match(/^localhost:\d+$/);
    expect(gateway.apiUrl).to.equal(`http://localhost:${apiPort}`);
  });

  it("asks operators for the key of AASM_API_KEY, where that is set", async () => {
    for (const [key, status] of [
      ["secret", 401],
      ["", 200],
    ] as const) {
      await withVariable("AASM_API_KEY", key, async () => {
        await using gateway = await listen(ANYWHERE);
        expect((await askApi(gateway.apiUrl, { method: "GET", path: "/api/v1/ops" })).status).to.equal(status);
      });
    }
  });

  it("refuses a key that no header can carry, by the variable's name and without a word of it", async () => {
    await withVariable("AASM_API_KEY", "two words", async () => {
      const error = await rejectionOf(listen(ANYWHERE), TypeError);
      expect(error.message).to.equal("AASM_API_KEY must be a line of ASCII without blanks");
    });
  });

  it("refuses one port for both", async () => {
    const error = await rejectionOf(listen({ ...ANYWHERE, port: 50_099, apiPort: 50_099 }), TypeError);
    expect(error.message).to.equal("--api-port must be another port than --port");
  });

  it("says which of the two cannot listen, and that another program does", async () => {
    await using other = await DevGateway.start({ rest: {} });
    const apiPort = Number(new URL(other.apiUrl!).port);
    const taken = (what: string, port: number, option: string): string =>
      `${what} cannot listen on port ${port} of 127.0.0.1: another program listens there; ${option} takes another port`;
    const grpc = await rejectionOf(listen({ ...ANYWHERE, port: other.port }), Error);
    expect(grpc.message).to.equal(taken("gRPC", other.port, "--port"));
    expect(grpc.cause).to.be.instanceOf(Error);
    const rest = await rejectionOf(listen({ ...ANYWHERE, apiPort }), Error);
    expect(rest.message).to.equal(taken("the REST API", apiPort, "--api-port"));
  });

  it("refuses a bus that is no address, by the option's name", async () => {
    const error = await rejectionOf(listen({ ...ANYWHERE, nats: "one:4222, me:secret@two" }), TypeError);
    expect(error.message)
      .to.match(/^--nats must be a "host:port"/)
      .and.not.contain("secret");
  });

  it("starts without a bus where that is out of reach", async () => {
    await using gateway = await listen({ ...ANYWHERE, nats: await deadEndpoint() });
    expect(await firstValueFrom(gateway.bus$)).to.include({ state: "reconnecting" });
  });

  it("says what else is in the way", async () => {
    const error = await rejectionOf(listen({ ...ANYWHERE, host: "203.0.113.7" }), Error);
    expect(error.message).to.match(/^the REST API cannot listen on port 0 of 203\.0\.113\.7: .*EADDRNOTAVAIL/);
  });
});
