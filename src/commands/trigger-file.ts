import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument } from "yaml";
import { isRecord } from "../configuration/mapping.ts";
import { OnhookError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

/** What messages call the file. */
export function fileName(file: string): string {
  return file === "-" ? "standard input" : file;
}

/** Reads a trigger from YAML, of which JSON is a part; `-` is standard input. Rejects with FILE_UNREADABLE or TRIGGER_FILE. */
export async function readTriggerFile(
  context: CommandContext,
  file: string,
): Promise<Record<string, unknown>> {
  const text = file === "-" ? await context.readStdin() : await readText(file);
  const value = parsed(text, fileName(file));
  if (!isRecord(value)) {
    throw new OnhookError("TRIGGER_FILE", {
      file: fileName(file),
      problem: "it is not a mapping of properties to values",
    });
  }
  return value;
}

/** Mistakes are told by kind and place, never with the parser's own words: those quote the file, secrets included. */
function parsed(text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, logLevel: "error", lineCounter });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const { line, col } = lineCounter.linePos(mistake.pos[0]);
    const kind = mistake.code.toLowerCase().replaceAll("_", " ");
    const problem = `it is no YAML at line ${line}, column ${col}: ${kind}`;
    throw new OnhookError("TRIGGER_FILE", { file, problem });
  }
  try {
    return document.toJS() as unknown;
  } catch {
    // Aliases that multiply beyond all measure are found only here. The cause is left out since it may quote the file.
    const problem = "it has an alias that stands for nothing, or too many aliases of aliases";
    throw new OnhookError("TRIGGER_FILE", { file, problem });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new OnhookError("FILE_UNREADABLE", { file, problem }, { cause });
  }
}
