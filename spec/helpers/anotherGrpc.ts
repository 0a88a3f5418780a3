import type * as grpc from "@grpc/grpc-js";
import { createRequire } from "node:module";

/** A second copy of grpc-js, such as a host has that depends on another version of it. */
export function anotherGrpc(): typeof grpc {
  const require = createRequire(import.meta.url);
  const isOurs = (path: string) => path.includes("@grpc");
  const ours = Object.entries(require.cache).filter(([path]) => isOurs(path));
  const forgetLoaded = () => {
    for (const path of Object.keys(require.cache).filter(isOurs)) Reflect.deleteProperty(require.cache, path);
  };
  forgetLoaded();
  try {
    return require("@grpc/grpc-js") as typeof grpc;
  } finally {
    forgetLoaded();
    Object.assign(require.cache, Object.fromEntries(ours));
  }
}
