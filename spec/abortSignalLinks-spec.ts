import { expect } from "chai";
import { followersOf, linkBetween, wayToLearn } from "../lib/abortSignalLinks.js";
import { collectedUntil } from "./helpers/garbage.js";

describe("abortSignalLinks", () => {
  const root = new AbortController().signal;

  describe("wayToLearn", () => {
    it("knows a way on this Node", () => {
      expect(wayToLearn()).to.be.oneOf(["followers", "links"]);
    });
  });

  describe("followersOf", () => {
    it("tells all that are listened to, also those that follow through others", () => {
      const direct = AbortSignal.any([root]);
      const through = AbortSignal.any([direct]);
      for (const follower of [direct, through]) follower.addEventListener("abort", () => undefined);

      expect(followersOf(root)).to.include.members([direct, through]);
    });

    it("tells none of a signal that nobody follows", () => {
      expect(followersOf(new AbortController().signal)).to.be.empty;
    });
  });

  describe("linkBetween", () => {
    it("is the same for all that follow through the same one", () => {
      const direct = AbortSignal.any([root]);
      const through = AbortSignal.any([AbortSignal.any([direct]), new AbortController().signal]);

      const link = linkBetween(direct, root);
      expect(link).to.not.equal(undefined);
      expect(linkBetween(through, root)).to.equal(link);
    });

    it("is none where there is none to follow", () => {
      expect(linkBetween(root, root)).to.equal(undefined);
      expect(linkBetween(AbortSignal.any([new AbortController().signal]), root)).to.equal(undefined);
    });

    it("is collected with the last that follows, not before, where this is how to learn it", async function () {
      if (wayToLearn() !== "links") this.skip();
      let follower: AbortSignal | undefined = AbortSignal.any([AbortSignal.any([root])]);
      const link = new WeakRef(linkBetween(follower, root)!);
      await collectedUntil(() => link.deref() === undefined);
      expect(link.deref()).to.equal(linkBetween(follower, root));
      follower = undefined;

      await collectedUntil(() => link.deref() === undefined);

      expect(link.deref()).to.equal(undefined);
    });
  });
});
