import type { Metadata } from "@grpc/grpc-js";

/** How a gateway ends a stream. */
export interface StreamEnd {
  /** A code of gRPC, or any other number. */
  readonly code: number;
  /** What is said with it; empty by default. */
  readonly details?: string;
  /** The trailers. */
  readonly metadata?: Metadata;
}
