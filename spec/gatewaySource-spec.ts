import { expect } from "chai";
import { lastValueFrom } from "rxjs";
import { gatewaySource } from "../lib/gatewaySource.js";
import { resolveConnectOptions, resolveGatewayOptions } from "../lib/options.js";
import { HandMadeGateway, headerOf, US } from "./helpers/gateways.js";
import { record, rejectionOf } from "./helpers/record.js";

describe("gatewaySource", () => {
  for (const [whom, resolve] of [
    ["connect", resolveConnectOptions],
    ["gatewaySignals", resolveGatewayOptions],
  ] as const) {
    it(`subscribes our agent with our token, by the options of ${whom}`, async () => {
      await using gateway = await HandMadeGateway.start();
      const { endpoint } = gateway;
      const { subscription } = record(gatewaySource(endpoint, resolve(endpoint, { ...US, credentialToken: "s3cr3t" })));
      const call = await gateway.firstCall();
      expect(call.request.agentId).to.include(US);
      expect(headerOf(call, "x-aa-credential-token")).to.deep.equal(["s3cr3t"]);
      subscription.unsubscribe();
    });

    it(`gives up an attempt that takes too long by the options of ${whom}`, async () => {
      await using silent = await HandMadeGateway.start(() => undefined);
      const options = { ...US, connectTimeoutMs: 20, reconnect: false } as const;
      const error = await rejectionOf(
        lastValueFrom(gatewaySource(silent.endpoint, resolve(silent.endpoint, options))),
        Error,
      );
      expect(error.message).to.equal("no answer from the gateway within connectTimeoutMs (20 ms)");
    });
  }
});
