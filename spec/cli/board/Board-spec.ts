import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Board } from "../../../lib/cli/board/Board.js";
import type { BoardAction, Changes, Snapshot } from "../../../lib/cli/board/BoardEvent.js";
import { ask } from "../../helpers/board/ask.js";
import { EventReader } from "../../helpers/board/EventReader.js";
import { Scene } from "../../helpers/board/Scene.js";
import { US } from "../../helpers/gateways.js";

const about = { gateway: "127.0.0.1:50051", ...US };
const PAUSE: BoardAction = { scope: "op", op: "a:1", action: "pause" };

describe("Board", () => {
  let folder: string;
  let scene: Scene;
  let board: Board;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html><title>the page</title>");
    await writeFile(join(folder, "assets/page.js"), "export {};");
    await writeFile(join(folder, "assets/notes.txt"), "no part of it");
  });

  after(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    scene = new Scene();
    board = await Board.start({ control: scene.source, client: scene.client, isNamed: true, about, folder });
  });

  afterEach(() => board.close());

  /** A page of our own does so. */
  function act(headers: Record<string, string> = {}, action: unknown = PAUSE) {
    const own = { origin: new URL(board.url).origin, "content-type": "application/json" };
    return ask(`${board.url}actions`, {
      method: "POST",
      headers: { ...own, ...headers },
      body: JSON.stringify(action),
    });
  }

  it("is on 127.0.0.1 only, at an address with a token of 128 bits or more", () => {
    const { hostname, pathname } = new URL(board.url);
    expect(hostname).to.equal("127.0.0.1");
    expect(pathname).to.match(/^\/[\w-]{22,}\/$/);
  });

  it("has another token each time", async () => {
    await using other = await Board.start({ control: scene.source, about, folder });
    expect(new URL(other.url).pathname).to.not.equal(new URL(board.url).pathname);
  });

  it("says that a port is taken", async () => {
    const port = Number(new URL(board.url).port);
    const error = await Board.start({ control: scene.source, about, folder, port }).catch((thrown: unknown) => thrown);
    expect(error).to.be.an("error").with.property("message").that.includes("EADDRINUSE");
  });

  it("says that its page is not built", async () => {
    const missing = join(folder, "assets");
    const error = await Board.start({ control: scene.source, about, folder: missing }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/page is not built: "npm run build"/);
  });

  describe("serves", () => {
    it("the page and what belongs to it", async () => {
      const page = await ask(board.url);
      expect(page.status).to.equal(200);
      expect(page.headers["content-type"]).to.equal("text/html; charset=utf-8");
      expect(page.body).to.include("the page");
      const script = await ask(`${board.url}assets/page.js`);
      expect(script.headers["content-type"]).to.equal("text/javascript; charset=utf-8");
    });

    it("nothing else: neither other files nor other folders", async () => {
      for (const path of [
        "assets/notes.txt",
        "assets/",
        "../",
        "%2e%2e/package.json",
        "..%2f..%2fpackage.json",
        "nope",
      ]) {
        expect(await ask(`${board.url}${path}`)).to.deep.include({ status: 404, body: "" });
      }
    });

    it("nothing without the token, whatever is asked for", async () => {
      const { origin, pathname } = new URL(board.url);
      const wrong = `${pathname.slice(0, -2)}${pathname.at(-2) === "A" ? "B" : "A"}/`;
      for (const path of ["/", "/favicon.ico", "/events", "/actions", wrong, `${wrong}events`, pathname.slice(0, 9)]) {
        expect(await ask(`${origin}${path}`)).to.deep.include({ status: 404, body: "" });
      }
      const headers = { origin, "content-type": "application/json" };
      const body = JSON.stringify(PAUSE);
      expect((await ask(`${origin}${wrong}actions`, { method: "POST", headers, body })).status).to.equal(404);
      expect(scene.asked).to.deep.equal([]);
    });

    it("nothing that another page could run, frame, read or be told, errors included", async () => {
      for (const url of [board.url, `${board.url}assets/page.js`, `${board.url}nope`, new URL(board.url).origin]) {
        const { headers } = await ask(url);
        const policy = String(headers["content-security-policy"]);
        expect(policy).to.include("default-src 'self'").and.include("frame-ancestors 'none'").and.not.include("unsafe");
        expect(headers).to.include({
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
          "cache-control": "no-store",
          "cross-origin-resource-policy": "same-origin",
        });
        expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).to.deep.equal([]);
      }
    });
  });

  describe("refuses with 403", () => {
    it("a name that somebody made to lead here", async () => {
      const { port } = new URL(board.url);
      for (const host of [
        `evil.example:${port}`,
        `127.0.0.1.evil.example:${port}`,
        "127.0.0.1",
        "localhost:1",
        `[::1]:${port}`,
      ]) {
        for (const path of ["", "events", "assets/page.js", "nope"]) {
          expect((await ask(`${board.url}${path}`, { headers: { host } })).status).to.equal(403);
        }
      }
      expect((await ask(board.url, { headers: { host: `localhost:${port}` } })).status).to.equal(200);
    });

    for (const origin of [
      "http://evil.example",
      "null",
      "http://127.0.0.1:1",
      "https://127.0.0.1",
      "http://localhost",
    ]) {
      it(`what a page of ${origin} asks for`, async () => {
        expect((await ask(`${board.url}events`, { headers: { origin } })).status).to.equal(403);
        expect((await ask(board.url, { headers: { origin } })).status).to.equal(403);
        expect((await act({ origin })).status).to.equal(403);
        expect(scene.asked).to.deep.equal([]);
      });
    }

    it("an action that says no origin", async () => {
      const headers = { "content-type": "application/json" };
      const { status } = await ask(`${board.url}actions`, { method: "POST", headers, body: JSON.stringify(PAUSE) });
      expect(status).to.equal(403);
      expect(scene.asked).to.deep.equal([]);
    });

    it("what a browser says comes from another site, or another port of this machine, but for a link that is followed", async () => {
      for (const site of ["cross-site", "same-site"]) {
        for (const path of ["", "events", "assets/page.js"]) {
          const loaded = { "sec-fetch-site": site, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" };
          expect((await ask(`${board.url}${path}`, { headers: loaded })).status).to.equal(403);
        }
        const framed = { "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" };
        expect((await ask(board.url, { headers: framed })).status).to.equal(403);
        const followed = { "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
        expect((await ask(board.url, { headers: followed })).status).to.equal(200);
        expect((await act({ ...followed })).status).to.equal(403);
      }
    });
  });

  describe("acts", () => {
    it("for its own page, and says what came of it", async () => {
      const { status, body } = await act();
      expect(status).to.equal(200);
      expect(JSON.parse(body)).to.deep.equal({ accepted: "pause of a:1" });
      expect(scene.asked).to.deep.equal(["pause a:1"]);
    });

    it("for JSON only: a form of another page could send the other types", async () => {
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]) {
        expect((await act({ "content-type": type })).status).to.equal(415);
      }
      expect((await act({ "content-type": "application/json; charset=utf-8" })).status).to.equal(200);
      expect(scene.asked).to.deep.equal(["pause a:1"]);
    });

    it("on nothing that is not an action, or too large to be one", async () => {
      expect((await act({}, { scope: "op" })).status).to.equal(400);
      expect((await act({}, { ...PAUSE, op: "x".repeat(100_000) })).status).to.equal(413);
      expect(scene.asked).to.deep.equal([]);
    });
  });

  describe("tells", () => {
    it("a snapshot, then what changes, and every second that it is there", async () => {
      scene.signal("a:1", "PAUSE");
      await using events = await EventReader.open(`${board.url}events`);
      expect(events.headers["content-type"]).to.equal("text/event-stream");
      const snapshot = (await events.next("snapshot")) as Snapshot;
      expect(snapshot.about).to.include({ gateway: "127.0.0.1:50051", agentId: "agent-7" });
      const lane = snapshot.lanes.find(({ opId }) => opId === "a:1");
      expect(lane?.segments.at(-1)).to.include({ state: "paused", scope: "op" });
      scene.signal("a:1", "TERMINATE");
      const { changed } = (await events.next("changes")) as Changes;
      expect(changed?.[0]).to.deep.include({ key: lane?.key });
      expect(changed?.[0]?.marbles.map(({ signal }) => signal)).to.deep.equal(["TERMINATE"]);
      expect(await events.next("beat"))
        .to.have.property("now")
        .that.is.a("number");
    });

    it("each page all of it, whenever it comes, and nothing twice", async () => {
      await using first = await EventReader.open(`${board.url}events`);
      await first.next("snapshot");
      scene.signal("a:1", "PAUSE");
      await using second = await EventReader.open(`${board.url}events`);
      const late = (await second.next("snapshot")) as Snapshot;
      expect(late.lanes.filter(({ opId }) => opId === "a:1")).to.have.length(1);
      expect(await first.next("changes")).to.have.property("added");
      scene.signal("a:2", "PAUSE");
      for (const events of [first, second]) {
        const { added } = (await events.next("changes")) as Changes;
        expect(added?.map(({ opId }) => opId)).to.deep.equal(["a:2"]);
      }
    });

    it("what is registered, within a second or so", async () => {
      scene.records.set("a:9", "paused");
      await using events = await EventReader.open(`${board.url}events`);
      const snapshot = (await events.next("snapshot")) as Snapshot;
      const lanes = [...snapshot.lanes];
      while (!lanes.some(({ opId }) => opId === "a:9"))
        lanes.push(...(((await events.next("changes")) as Changes).added ?? []));
    });

    it("no more pages than can be looked at", async () => {
      const open = await Promise.all(Array.from({ length: 32 }, () => EventReader.open(`${board.url}events`)));
      expect((await ask(`${board.url}events`)).status).to.equal(503);
      expect((await ask(`${board.url}events`, { method: "HEAD" })).status).to.equal(404);
      await open[0]?.[Symbol.asyncDispose]();
      let status: number | undefined = 503;
      while (status === 503) {
        await using events = await EventReader.open(`${board.url}events`);
        status = events.status;
      }
      expect(status).to.equal(200);
      for (const events of open) await events[Symbol.asyncDispose]();
    });
  });

  it("closes at once, whoever looks at it, and lets go of its source", async () => {
    await using events = await EventReader.open(`${board.url}events`);
    await events.next("snapshot");
    scene.signal("a:1", "TERMINATE");
    await board.close();
    expect(await events.next("changes")).to.have.property("added");
    await events.ended();
    expect(scene.isObserved).to.be.false;
    const error = await ask(board.url).catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "ECONNREFUSED");
    board = await Board.start({ control: scene.source, about, folder });
  });
});
