import { readFileSync } from "node:fs";
import type { Config } from "../config.ts";
import { OnhookError } from "../errors.ts";
import { readKeyRing } from "../secrets/key-ring.ts";
import type { KeyRing, WrittenKey } from "../secrets/key-ring.ts";

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const problem = `secrets.keysFile names ${file}, which can not be read (${code})`;
    throw new OnhookError("KEY_RING_UNUSABLE", { problem }, { cause });
  }
}

function linesOf(file: string): WrittenKey[] {
  return textOf(file)
    .split("\n")
    .map((line, index) => ({
      text: line.trim(),
      where: `line ${index + 1} of ${file} (secrets.keysFile)`,
    }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
}

/** The key ring of the settings, its file read. Throws KEY_RING_UNUSABLE, which names the setting or the line and repeats no key. */
export function loadKeyRing({ keys, keysFile, activeKey }: Config["secrets"]): KeyRing {
  const written = [
    ...keys.map((text, index) => ({ text, where: `number ${index + 1} of secrets.keys` })),
    ...(keysFile === null ? [] : linesOf(keysFile)),
  ];
  const ring = readKeyRing(written, activeKey);
  if ("problem" in ring) throw new OnhookError("KEY_RING_UNUSABLE", { problem: ring.problem });
  return ring;
}
