import { expect } from "chai";
import { map } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, OTHER, pause, running, signals, statuses, terminate } from "../helpers/opControl.js";
import { errorOf } from "../helpers/record.js";

/** The main job, one behaviour at a time; what the gateway is asked for is told by the specs on real sockets. */
describe("OpControlSubscriber, the kill switch", () => {
  it("lets an op run at once that no signal was seen for", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("----", signals);
      const expected = "  (r|)";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP)).toBe(expected, statuses);
    });
  });

  it("holds a paused op until it is resumed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P----R----", signals);
      const subs = "      ---^--------";
      const expected = "  -------(r|)-";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), subs).toBe(expected, statuses);
    });
  });

  it("raises an error that names the op when it is terminated", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--T--", signals);
      const subs = "      ---^-";
      const expected = "  ---#-";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), subs).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
    });
  });

  it("hands the op id and the scope over with the error", () => {
    const control = OpControlSubscriber.from([terminate()]);

    const error = errorOf(control.awaitOp(OP), OpTerminatedError);

    expect(error).to.include({ opId: OP, scope: "op" });
  });

  it("latches a terminate for ever", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-T-R-P-R-(PR)--", signals);
      const late = "      --------------^";
      const expected = "  --------------#";

      const control = OpControlSubscriber.from(source);

      for (const subs of ["--^", "----^", "------^", "--------^", late]) {
        const raised = subs.replaceAll("^", "#");
        expectObservable(control.awaitOp(OP), subs).toBe(raised, undefined, new OpTerminatedError(OP, "op"));
      }
      expectObservable(control.status(OP), late).toBe(expected.replace("#", "t"), statuses);
    });
  });

  it("unblocks a paused waiter on terminate and raises", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P----T----", signals);
      const subs = "      ---^--------";
      const expected = "  -------#----";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), subs).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
    });
  });

  it("keeps a signal that came before the first waiter", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P----------Q--R", { ...signals, Q: pause(OTHER) });
      const subs = "      ----------^-----";
      const expected = "  ---------------(r|)";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), subs).toBe(expected, statuses);
    });
  });

  it("wakes a blocked waiter when the source ends, without raising and without letting it run", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("--P----|--", signals);
      const subs = "      ---^------";
      const expected = "  -------|--";
      const probes = cold("x-----x-x-", { x: undefined });
      const alive = "     t-----t-f-";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), subs).toBe(expected);
      expectObservable(probes.pipe(map(() => control.streamAlive()))).toBe(alive, { t: true, f: false });
    });
  });

  it("keeps each op to itself", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P--T--", signals);
      const subs = "      ------^-";
      const expected = "  ------(o|)";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OTHER), subs).toBe(expected, { o: running(OTHER) });
    });
  });
});
