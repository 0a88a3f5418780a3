import {
  AuthorizationError,
  ConnectionError,
  PermissionViolationError,
  RequestError,
  UserAuthenticationExpiredError,
} from "@nats-io/transport-node";
import { expect } from "chai";
import { refusalOfBus } from "../../lib/nats/refusalOfBus.js";
import { StreamMismatchError, StreamUnusableError } from "../../lib/nats/StreamUnusableError.js";

const denied = new PermissionViolationError('Permissions Violation for Publish to "x"', "publish", "x");

describe("refusalOfBus", () => {
  for (const [what, error, refusal] of [
    ["a stream for something else", new StreamMismatchError("x"), "misconfigured"],
    ["a subject that is denied", denied, "misconfigured"],
    ["a request on a subject that is denied", new RequestError("denied", { cause: denied }), "misconfigured"],
    ["one within another", new Error("x", { cause: new Error("y", { cause: denied }) }), "misconfigured"],
    ["an unknown user", new AuthorizationError("Authorization Violation"), "unauthenticated"],
    ["an account that has expired", new AuthorizationError("Account Authentication Expired"), "unauthenticated"],
    ["a user that has expired", new UserAuthenticationExpiredError("User Authentication Expired"), "unauthenticated"],
    ["a server too busy to look", new AuthorizationError("Authentication Timeout"), undefined],
    ["a stream that is missing", new StreamUnusableError("x"), undefined],
    ["a connection that is refused", new ConnectionError("connection refused"), undefined],
    ["what is no error", "AuthorizationError", undefined],
    ["nothing", undefined, undefined],
  ] as const) {
    it(`takes ${what} for ${refusal ?? "no refusal"}`, () => {
      expect(refusalOfBus(error)).to.equal(refusal);
    });
  }
});
