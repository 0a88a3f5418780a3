import { expect } from "chai";
import { existsSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { pages, readPage } from "../helpers/docs/snippets.js";

const ROOT = resolve(import.meta.dirname, "../..");

/** Where a page points to within the repository, pictures included; what is in code is no link. */
function linksOf(page: string): { readonly path: string; readonly anchor: string }[] {
  const text = readPage(page)
    .replaceAll(/^```[^]*?^```$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image ?? "",
  );
  return links
    .filter((link) => !/^\w+:/.test(link))
    .map((link) => {
      const [path = "", anchor = ""] = link.split("#");
      return { path: path === "" ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** A heading as GitHub makes an anchor of it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

describe("the pages", () => {
  it("point to what is there", () => {
    const broken = pages().flatMap((page) =>
      linksOf(page)
        .filter(({ path }) => !existsSync(join(ROOT, path)))
        .map(({ path }) => `${page}: ${path}`),
    );

    expect(broken).to.deep.equal([]);
  });

  it("point to headings that are there", () => {
    const broken = pages().flatMap((page) =>
      linksOf(page)
        .filter(({ path, anchor }) => {
          if (anchor === "" || !path.endsWith(".md")) return false;
          const headings = [...readPage(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
          return !headings.includes(anchor);
        })
        .map(({ path, anchor }) => `${page}: ${path}#${anchor}`),
    );

    expect(broken).to.deep.equal([]);
  });

  it("are in the index, each of them", () => {
    const index = readPage("docs/README.md");
    const others = pages().filter((page) => page.startsWith("docs/") && page !== "docs/README.md");

    expect(others).to.not.be.empty;
    expect(others.filter((page) => !index.includes(page.replace("docs/", "")))).to.deep.equal([]);
  });
});
