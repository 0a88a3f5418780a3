import { ChannelCredentials, Client, type ClientReadableStream, connectivityState } from "@grpc/grpc-js";
import { expect } from "chai";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { firstValueFrom } from "rxjs";
import { OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import { draining } from "../../lib/channel/draining.js";
import { HandMadeGateway } from "../helpers/gateways.js";
import { record } from "../helpers/record.js";
import { Network } from "../helpers/sockets.js";

/** As long as it would take to be told, and longer. */
const WHILE_MS = 60;

describe("draining", () => {
  const clients: Client[] = [];

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  it("emits once when the gateway has sent GOAWAY, and the stream goes on", async () => {
    await using gateway = await HandMadeGateway.start();
    const { client, call } = await liveStream(gateway);
    const told = record(draining(client));

    gateway.server.drain(gateway.endpoint, 5_000);
    await firstValueFrom(draining(client));

    expect(told.values).to.have.lengthOf(1);
    expect(told.end).to.equal("completed");
    const data = once(call, "data");
    (await gateway.firstCall()).write(Buffer.from("still here"));
    expect(String((await data)[0])).to.equal("still here");
    call.cancel();
  });

  it("emits nothing while the connection is as it was", async () => {
    await using gateway = await HandMadeGateway.start();
    const { client, call } = await liveStream(gateway);
    const told = record(draining(client));
    await sleep(WHILE_MS);
    expect(told.values).to.deep.equal([]);
    told.subscription.unsubscribe();
    call.cancel();
  });

  it("has emitted nothing by the time that a connection that is cut has failed its stream", async () => {
    await using gateway = await HandMadeGateway.start();
    await using network = await Network.inFrontOf(gateway);
    const { client, call } = await liveStream(network);
    const told = record(draining(client));
    network.reset();
    await once(call, "error");
    expect(told.values).to.deep.equal([]);
    told.subscription.unsubscribe();
  });

  it("emits nothing once it is unsubscribed, also when the client is closed then", async () => {
    await using gateway = await HandMadeGateway.start();
    const { client, call } = await liveStream(gateway);
    const told = record(draining(client));
    told.subscription.unsubscribe();
    call.cancel();
    client.close();
    await sleep(WHILE_MS);
    expect(told.values).to.deep.equal([]);
    expect(told.end).to.equal(undefined);
  });

  it("watches the channel no further once it has left READY, nor looks at it once unsubscribed", async () => {
    const looks: (() => void)[] = [];
    let state = connectivityState.READY;
    let looked = 0;
    const channel = {
      getConnectivityState: () => (looked++, state),
      watchConnectivityState: (_state: unknown, _deadline: unknown, look: () => void) => looks.push(look),
    };
    const client = { getChannel: () => channel } as unknown as Client;
    const leaving = record(draining(client));
    const unsubscribed = record(draining(client));
    unsubscribed.subscription.unsubscribe();
    expect(looked).to.equal(2);

    state = connectivityState.IDLE;
    for (const look of looks.splice(0)) look();

    expect(looked).to.equal(3);
    expect(looks).to.be.empty;
    await sleep(WHILE_MS);
    expect(leaving.values).to.have.lengthOf(1);
  });

  async function liveStream({ endpoint }: { readonly endpoint: string }) {
    const client = new Client(endpoint, ChannelCredentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    clients.push(client);
    const { path, requestSerialize } = PolicyServiceService.opControlStream;
    const request = OpControlSubscribeRequest.fromPartial({ agentId: { agentId: "agent-7" } });
    const call: ClientReadableStream<Buffer> = client.makeServerStreamRequest(
      path,
      requestSerialize,
      (b) => b,
      request,
    );
    call.on("error", () => undefined);
    await once(call, "metadata");
    return { client, call };
  }
});
