import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { firstValueFrom, Subject } from "rxjs";
import { agentAt, answer } from "../../examples/agUi.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { events } from "../ag-ui/events.js";
import { OP, pause, resume, terminate } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";

describe("examples/agUi", () => {
  let signals$: Subject<OpControlMessage>;
  let server: Server;
  let response: Promise<ServerResponse>;
  let said: ReturnType<typeof answer>;

  beforeEach(async () => {
    signals$ = new Subject();
    const responses$ = new Subject<ServerResponse>();
    response = firstValueFrom(responses$);
    server = createServer((_request, given) => {
      responses$.next(given);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    said = answer(agentAt(`http://127.0.0.1:${String(port)}/`, OpControlSubscriber.from(signals$)), OP);
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function send(...names: readonly (keyof typeof events)[]): Promise<void> {
    const given = await response;
    if (!given.headersSent) given.setHeader("content-type", "text/event-stream");
    for (const name of names) given.write(`data: ${JSON.stringify(events[name])}\n\n`);
  }

  it("says what the agent does, after a pause", async () => {
    await send("s", "m", "a");
    signals$.next(pause());
    await send("b", "e", "f");
    (await response).end();
    signals$.next(resume());

    const [message] = await said;
    expect(message).to.include({ role: "assistant", content: "ab" });
  });

  it("ends the agent's request, and fails, when the op is terminated", async () => {
    await send("s", "m", "a");
    const closed = once(await response, "close");
    signals$.next(terminate());

    const error = await rejectionOf(said, Error);
    expect(error).to.include({ message: `op "${OP}" was terminated (scope: op)`, cause: "OP_TERMINATED" });
    await closed;
  });
});
