import { type BeforeApplicationShutdown, type DynamicModule, type INestApplicationContext } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { OpControlModule } from "../../examples/nestjs/OpControlModule.js";
import { WeatherService } from "../../examples/nestjs/WeatherService.js";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, US } from "../helpers/gateways.js";
import { OP } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";
import { pendingTimers } from "../helpers/timers.js";
import { aFewTurns } from "../helpers/turns.js";

describe("examples/nestjs", () => {
  /** Boots an application as Nest does, but for leaving the process alone. */
  async function boot(...modules: readonly DynamicModule[]): Promise<INestApplicationContext> {
    class Root {
      readonly name = "root";
    }
    const root: DynamicModule = { module: Root, imports: [...modules], providers: [WeatherService] };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- a class to the compiler only
    return NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  }

  describe("with a gateway", () => {
    let gateway: DevGateway;
    let server: Server;
    let url: string;

    beforeEach(async () => {
      gateway = await DevGateway.start();
      server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    });

    afterEach(async () => {
      server.closeAllConnections();
      server.close();
      await gateway.close();
    });

    it("is live when the application has started, and closed when that is shut down", async () => {
      const application = await boot(OpControlModule.forRoot(gateway.endpoint, US));
      const control = application.get(OpControlSubscriber);
      expect(control.streamAlive()).to.equal(true);
      expect(gateway.subscribers).to.deep.equal([US]);

      await application.close();
      expect(control.streamAlive()).to.equal(false);
    });

    it("is live as long as requests may still be served", async () => {
      const module = OpControlModule.forRoot(gateway.endpoint, US);
      const alive: boolean[] = [];
      const useFactory = (control: OpControlSubscriber): BeforeApplicationShutdown => ({
        beforeApplicationShutdown: () => alive.push(control.streamAlive()),
      });
      const last = { provide: "the last request", inject: [OpControlSubscriber], useFactory };
      const application = await boot({ ...module, providers: [...(module.providers ?? []), last] });

      await application.close();
      expect(alive).to.deep.equal([true]);
    });

    it("governs what a service does", async () => {
      const application = await boot(OpControlModule.forRoot(gateway.endpoint, US));
      const weather = application.get(WeatherService);
      const control = application.get(OpControlSubscriber);
      server.once("request", (_request, response) => response.end("cold"));
      expect(await weather.weatherAt(url, OP)).to.equal("cold");

      const requested = once(server, "request");
      const result = weather.weatherAt(url, OP);
      const [, response] = (await requested) as [unknown, ServerResponse];
      const cut = once(response, "close");
      gateway.terminate(OP);
      await rejectionOf(result, OpTerminatedError);
      await cut;

      await caughtUp(control, gateway);
      await rejectionOf(weather.weatherAt(url, OP), OpTerminatedError);
      await application.close();
    });
  });

  describe("without a gateway", () => {
    it("does not start", async () => {
      const refused = boot(OpControlModule.forRoot("127.0.0.1:1", { ...US, reconnect: false }));

      await rejectionOf(refused, OpControlUnavailableError);
    });

    it("gives up after a while, and leaves nothing that tries on", async () => {
      await aFewTurns();
      const before = pendingTimers();
      const [outcome] = await Promise.allSettled([boot(OpControlModule.forRoot("127.0.0.1:1", US, 50))]);

      expect(outcome).to.have.nested.property("reason.name", "TimeoutError");
      expect(pendingTimers()).to.equal(before);
    });
  });
});
