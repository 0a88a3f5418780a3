import { GatewayProcess } from "../../helpers/GatewayProcess.js";
import { onOwnPort } from "./onOwnPort.js";
import type { Scene } from "./Scene.js";

/** Processes take long to start: each serves case after case, one at a time. */
const idle: GatewayProcess[] = [];

/** A gateway in a process of its own, for as long as the scene lasts. */
export async function pooledProcess(scene: Scene): Promise<GatewayProcess> {
  const gateway = idle.pop() ?? (await onOwnPort((port) => GatewayProcess.start(port)));
  scene.own({
    async [Symbol.asyncDispose]() {
      // What a case has left in a state of its own is of no use to another.
      gateway.cont();
      await gateway.endStreams().then(
        () => idle.push(gateway),
        () => gateway.kill(),
      );
    },
  });
  scene.host({
    endpoint: gateway.endpoint,
    streams$: gateway.subscribers$,
    send: (signal) => gateway.send(signal),
  });
  return gateway;
}

/** Ends those that are idle. */
export async function endProcesses(): Promise<void> {
  await Promise.all(idle.splice(0).map((gateway) => gateway.kill()));
}
