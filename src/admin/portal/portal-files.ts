import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { operations } from "../contract/operations.ts";
import { readMessages } from "./portal-messages.ts";

/** A file as the browser gets it. */
export interface PortalFile {
  readonly type: string;
  readonly body: Buffer;
}

export interface PortalFiles {
  /** By their path below the address of the files. */
  readonly files: ReadonlyMap<string, PortalFile>;
  /** Of all of them: stands in their address, so that they may be kept for ever. */
  readonly hash: string;
  /** Languages that there are messages for. */
  readonly locales: readonly string[];
  /** The portal's own modules. */
  readonly modules: readonly string[];
}

const source = fileURLToPath(new URL("../../portal/", import.meta.url));
const javascript = "text/javascript; charset=utf-8";

/** What modules import by a bare name, and the file behind it. */
export const libraries = {
  preact: "preact.mjs",
  "preact/hooks": "preact-hooks.mjs",
  htm: "htm.mjs",
  "htm/preact": "htm-preact.mjs",
} as const;

/** The libraries' own modules, as their packages give them to browsers. */
function libraryFiles(): [string, PortalFile][] {
  return Object.entries(libraries).map(([name, file]) => {
    const text = readFileSync(fileURLToPath(import.meta.resolve(name)), "utf8");
    // The maps are not served.
    const body = Buffer.from(text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
    return [file, { type: javascript, body }];
  });
}

function sourceNames(extension: string): string[] {
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => extname(name) === extension)
    .sort();
}

/** The portal's own modules: TypeScript whose types are taken out, which leaves every line where it was. */
function moduleFiles(): [string, PortalFile][] {
  return sourceNames(".ts").map((name) => {
    const text = stripTypeScriptTypes(readFileSync(join(source, name), "utf8"), { mode: "strip" });
    // What was a type is blanks now.
    const body = Buffer.from(text.replaceAll(/[ \t]+$/gm, ""));
    return [name, { type: javascript, body }];
  });
}

/** The programs of the receiver's guide: shown as they are, and the very files that are tested. */
function guideFiles(): [string, PortalFile][] {
  const names = readdirSync(join(source, "guide"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) !== ".ts")
    .map((entry) => relative(source, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  return names
    .sort()
    .map((name) => [
      name,
      { type: "text/plain; charset=utf-8", body: readFileSync(join(source, name)) },
    ]);
}

/** One style sheet, whatever files it is written in: layers decide, not their order. */
function styleSheet(): PortalFile {
  const text = sourceNames(".css").map((name) => readFileSync(join(source, name), "utf8"));
  const layers = "@layer tokens, base, components, pages;\n";
  return { type: "text/css; charset=utf-8", body: Buffer.from(layers + text.join("\n")) };
}

function bootFiles(): [string, PortalFile][] {
  const table = Object.entries(operations).map(([id, { method, path }]) => [id, [method, path]]);
  const messages = readMessages(join(source, "messages"));
  const locales = [...messages.keys()];
  return [...messages].map(([locale, messages]) => {
    const boot = { locales, messages, operations: Object.fromEntries(table) };
    const body = Buffer.from(JSON.stringify(boot));
    return [`boot.${locale}.json`, { type: "application/json; charset=utf-8", body }];
  });
}

/** Reads all that the browser needs. Done once, at the start. */
export function readPortalFiles(): PortalFiles {
  const modules = moduleFiles();
  const icon = { type: "image/svg+xml", body: readFileSync(join(source, "icon.svg")) };
  const files = new Map<string, PortalFile>([
    ...modules,
    ...libraryFiles(),
    ...bootFiles(),
    ...guideFiles(),
    ["portal.css", styleSheet()],
    ["icon.svg", icon],
  ]);
  const hash = createHash("sha256");
  for (const [name, { body }] of files) hash.update(`${name}\0${body.length}\0`).update(body);
  const locales = [...readMessages(join(source, "messages")).keys()];
  return {
    files,
    hash: hash.digest("base64url").slice(0, 16),
    locales,
    modules: modules.map(([name]) => name),
  };
}
