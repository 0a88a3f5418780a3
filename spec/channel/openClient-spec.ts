import { ChannelCredentials, type ChannelOptions } from "@grpc/grpc-js";
import { expect } from "chai";
import { type ClientConfig, openClient } from "../../lib/channel/openClient.js";

/** What a client is opened with, as grpc-js has it. */
function optionsOf(config: Partial<ClientConfig> = {}): ChannelOptions {
  const client = openClient({
    endpoint: "127.0.0.1:50051",
    channelCredentials: ChannelCredentials.createInsecure(),
    keepalive: { intervalMs: 30_000, timeoutMs: 10_000 },
    ...config,
  });
  const { internalChannel } = client.getChannel() as unknown as {
    readonly internalChannel: { readonly options: ChannelOptions };
  };
  client.close();
  return internalChannel.options;
}

describe("openClient", () => {
  it("pings as often as it is told, and waits for the answer as long", () => {
    expect(optionsOf()).to.include({ "grpc.keepalive_time_ms": 30_000, "grpc.keepalive_timeout_ms": 10_000 });
  });

  it("takes no message beyond 64 KiB", () => {
    expect(optionsOf()).to.include({ "grpc.max_receive_message_length": 65_536 });
  });

  it("repeats nothing by itself, and takes no service config from DNS", () => {
    expect(optionsOf()).to.include({ "grpc.enable_retries": 0, "grpc.service_config_disable_resolution": 1 });
  });

  it("keeps no statistics for channelz", () => {
    expect(optionsOf()).to.include({ "grpc.enable_channelz": 0 });
  });

  it("has a connection of its own", () => {
    expect(optionsOf()).to.include({ "grpc.use_local_subchannel_pool": 1 });
  });

  it("is soon over with what it does by itself", () => {
    expect(optionsOf()).to.include({ "grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 100 });
  });

  it("goes through the environment's proxy to another machine only", () => {
    expect(optionsOf()).to.include({ "grpc.enable_http_proxy": 0 });
    expect(optionsOf({ endpoint: "gateway.example.com:443" })).to.include({ "grpc.enable_http_proxy": 1 });
  });
});
