import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A file of the repository, by its path in it. */
export function readRepository(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

/** The documents, by their paths in the repository. */
export function documents(): readonly string[] {
  const docs = readdirSync(join(repository, "docs"), { recursive: true, encoding: "utf8" });
  return [
    "README.md",
    ...docs.filter((path) => path.endsWith(".md")).map((path) => `docs/${path}`),
  ];
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The contents of the code blocks of a language; "" for those that name none. */
export function codeBlocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(fence)].flatMap(([, found, text = ""]) =>
    found === language ? [text] : [],
  );
}

/** The text outside of code blocks. */
export function prose(markdown: string): string {
  return markdown.replaceAll(fence, "");
}

/** The rows of the table that has this head, cells trimmed, as Markdown. Throws when there is no such table. */
export function tableRows(
  markdown: string,
  head: readonly string[],
): readonly (readonly string[])[] {
  const lines = markdown.split("\n");
  const start = lines.indexOf(`| ${head.join(" | ")} |`);
  if (start < 0) throw new Error(`no table with the head ${head.join(", ")}`);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** What stands between backticks in a text. */
export function codeWords(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
}

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function anchors(path: string): readonly string[] {
  const headings = prose(readRepository(path)).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) => anchorOf(heading));
}

/** The relative links of a document that lead nowhere: no such file, no such heading, a place outside the repository. */
export function brokenLinks(document: string): readonly string[] {
  const links = prose(readRepository(document)).matchAll(/\]\(([^)\s]+)\)/g);
  return [...links]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link) && leadsNowhere(document, link));
}

function leadsNowhere(document: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? document : relative(".", join(dirname(document), file));
  const target = join(repository, path);
  if (path.startsWith("..") || !existsSync(target)) return true;
  if (anchor === undefined) return false;
  return statSync(target).isDirectory() || !anchors(path).includes(anchor);
}
