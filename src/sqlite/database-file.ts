import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { RebuildReason } from "../history/history-events.ts";
import { applicationId, schema, schemaVersion } from "./schema.ts";

/** What was found in the history's place. */
export interface Cleared {
  /** Why a new one has to be made; null: there is one to go on with. */
  readonly rebuild: RebuildReason | null;
  /** Where the old one is kept. */
  readonly movedTo: string | null;
}

/** How long a statement waits for another connection, in ms. */
const busyMs = 5000;

/** What the write-ahead log may leave on the disk, in bytes; while somebody reads for long it can be more. */
export const logBytes = 16 * 1024 * 1024;

/** A larger file is not looked through when it is opened: it would take longer than to wait until damage shows. */
const mostChecked = 512 * 1024 * 1024;

/** The names that SQLite gives to what stands beside a file. */
const beside = ["", "-wal", "-shm"];

/** SQLITE_CORRUPT and SQLITE_NOTADB, whatever their extended forms. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  return code === 11 || code === 26;
}

/** Of the file and its write-ahead log. */
export function bytesOf(file: string): number {
  return ["", "-wal"].reduce(
    (sum, end) => sum + (statSync(file + end, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

function number(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

function isSound(db: DatabaseSync, file: string): boolean {
  if (bytesOf(file) > mostChecked) return true;
  return Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {})[0] === "ok";
}

/** What is wrong with a file; null: nothing. */
function verdict(file: string): RebuildReason | null {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(file, { timeout: busyMs });
    if (number(db, "application_id") !== applicationId)
      return number(db, "schema_version") === 0 ? "absent" : "foreign";
    if (number(db, "user_version") !== schemaVersion) return "other-version";
    return isSound(db, file) ? null : "damaged";
  } catch (error) {
    if (!isDamage(error)) throw error;
    return "damaged";
  } finally {
    db?.close();
  }
}

function remove(file: string): void {
  for (const end of beside) rmSync(file + end, { force: true });
}

/** Keeps one such file: a disk that damages them must not fill up with them. */
function moveAside(file: string): string {
  const aside = `${file}.aside`;
  remove(aside);
  for (const end of beside) if (existsSync(file + end)) renameSync(file + end, aside + end);
  return aside;
}

/** `first`: what has to be set before the file is written for the first time. */
function connect(file: string, first = ""): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: busyMs });
  db.exec(first);
  // NORMAL loses no more than the last transactions when the machine goes down, and those are read again: their positions
  // go with them. cell_size_check finds damage where it is read.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cell_size_check = ON;
    PRAGMA journal_size_limit = ${logBytes};
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -32768;
  `);
  return db;
}

/** In one transaction: a file whose making was broken off is an empty database, which nobody keeps. */
function make(file: string): DatabaseSync {
  // Nobody else's: it says who was called by whom, and may hold calls. What SQLite puts beside it gets the same rights.
  closeSync(openSync(file, "w", 0o600));
  const made = connect(file, "PRAGMA auto_vacuum = INCREMENTAL");
  made.exec(`BEGIN; ${schema} PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${schemaVersion}; COMMIT;`);
  return made;
}

/**
 * Leaves in the history's place one that can be gone on with, or nothing: a file that is damaged or somebody else's is
 * moved aside, another is deleted. `isDamaged`: that is known already of the file that is there, and need not be found
 * out; of the one that is made next it is not. Throws SQLite's error, or the file system's, where that can't be done.
 */
export function clearPlace(file: string, isDamaged: boolean): Cleared {
  const rebuild = !existsSync(file) ? "absent" : isDamaged ? "damaged" : verdict(file);
  if (rebuild === null) return { rebuild, movedTo: null };
  const keeps = rebuild === "damaged" || rebuild === "foreign";
  const movedTo = keeps ? moveAside(file) : null;
  remove(file);
  return { rebuild, movedTo };
}

/** Opens the history for writing once its place is cleared; makes it where there is none. Throws as `clearPlace` does. */
export function openForWriting(file: string): DatabaseSync {
  return existsSync(file) ? connect(file) : make(file);
}

/** Opens it for queries. */
export function openForReading(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyMs });
  db.exec("PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;");
  return db;
}
