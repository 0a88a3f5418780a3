import { expect } from "chai";
import { AssemblyError } from "../../lib/errors.js";
import { StreamMismatchError, StreamUnusableError } from "../../lib/nats/StreamUnusableError.js";

describe("StreamUnusableError", () => {
  for (const type of [StreamUnusableError, StreamMismatchError]) {
    it(`${type.name} says which stream and why, and has a name of its own`, () => {
      const cause = new Error("because");
      const error = new type("it is sealed", { cause });
      expect(error).to.be.instanceOf(AssemblyError).and.instanceOf(StreamUnusableError);
      expect(error).to.include({ name: type.name, reason: "it is sealed", cause });
      expect(error.message).to.equal("stream AA_OPCONTROL cannot be used: it is sealed");
    });
  }
});
