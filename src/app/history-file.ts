import { accessSync, closeSync, constants, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { OnhookError } from "../errors.ts";

/** What somebody has to mend: a path that leads nowhere, or not to a file, and rights. A full disk, say, is waited for. */
const lasting: ReadonlySet<string> = new Set(
  "ENOENT ENOTDIR EISDIR ELOOP ENAMETOOLONG EACCES EPERM EROFS".split(" "),
);

/**
 * Finds out at start whether the file that `history.file` names can be written, and its folder, where SQLite makes two more
 * files. Leaves an empty file where there was none, which the history is then made in. Throws HISTORY_FILE_UNUSABLE.
 */
export function assertHistoryFile({ file }: Pick<Config["history"], "file">): void {
  if (file === null) return;
  try {
    closeSync(openSync(file, "a", 0o600));
    accessSync(dirname(file), constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    // Whatever else is in the way may pass: the history says so once it runs, and goes on trying.
    if (!lasting.has(code)) return;
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new OnhookError("HISTORY_FILE_UNUSABLE", { file, problem }, { cause });
  }
}
