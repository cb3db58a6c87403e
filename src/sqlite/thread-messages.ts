import type { Cleared } from "./database-file.ts";
import type { HistoryReader } from "./history-reader.ts";
import type { HistoryWriter, Opened, WriterOptions } from "./history-writer.ts";

/** What a thread is started with. */
export type ThreadOrder =
  | ({ readonly role: "write" } & WriterOptions)
  | { readonly role: "read"; readonly file: string };

type Methods<T> = {
  [Name in keyof T as T[Name] extends (...given: never[]) => unknown ? Name : never]: T[Name];
};

/**
 * What can be asked of the threads, by the names of their methods. `clearPlace` is asked before the file is open; `open`
 * opens it where it is not.
 */
export interface WriterCalls extends Pick<Methods<HistoryWriter>, "feed" | "forget"> {
  clearPlace(isDamaged: boolean): Cleared;
  open(): Opened;
}
export interface ReaderCalls extends Pick<
  Methods<HistoryReader>,
  "deliveries" | "delivery" | "tallies" | "changes" | "keptCall"
> {}

export interface ThreadRequest {
  readonly number: number;
  readonly method: string;
  readonly given: readonly unknown[];
}

/** An error as it comes through: of the class nothing is left. */
export interface ThreadFailure {
  readonly message: string;
  /** Of the error table, where it is one of these. */
  readonly code: string | null;
  /** The file is no history that can be used. */
  readonly isDamage: boolean;
}

export type ThreadAnswer =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly failure: ThreadFailure };
