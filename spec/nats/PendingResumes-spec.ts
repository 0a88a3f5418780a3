import { expect } from "chai";
import { PendingResumes } from "../../lib/nats/PendingResumes.js";
import { AGENT, FLEET, OP, OTHER } from "../helpers/opControl.js";
import { FakeBus } from "./FakeBus.js";

const SUBJECT = "assembly.opcontrol.acme.agent-7";

describe("PendingResumes", () => {
  const { connection: bus } = new FakeBus();

  it("are overtaken by a signal of their scope, on their subject, by their connection", () => {
    const resume = PendingResumes.add(bus, SUBJECT, OP);
    PendingResumes.overtake(bus, SUBJECT, OTHER);
    PendingResumes.overtake(bus, SUBJECT, AGENT);
    PendingResumes.overtake(bus, `${SUBJECT}0`, OP);
    PendingResumes.overtake(new FakeBus().connection, SUBJECT, OP);
    expect(resume.isOvertaken).to.be.false;
    PendingResumes.overtake(bus, SUBJECT, OP);
    expect(resume.isOvertaken).to.be.true;
  });

  it("of an agent are overtaken under whichever of its ids, since every agent:… is its own", () => {
    const resume = PendingResumes.add(bus, SUBJECT, AGENT);
    PendingResumes.overtake(bus, SUBJECT, "agent:by-another-name");
    expect(resume.isOvertaken).to.be.true;
  });

  it("are told apart, and those that are over are not meant", () => {
    const over = PendingResumes.add(bus, SUBJECT, FLEET);
    PendingResumes.delete(bus, over);
    const resume = PendingResumes.add(bus, SUBJECT, FLEET);
    PendingResumes.overtake(bus, SUBJECT, FLEET);
    expect([over.isOvertaken, resume.isOvertaken]).to.deep.equal([false, true]);
  });
});
