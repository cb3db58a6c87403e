import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { OnhookError } from "../errors.ts";

/** What is kept of an answer where that is asked for: its headers as read, and as much of its body as it takes. */
export interface KeptAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How an exchange went: `whole` says whether the answer was read to its end, so that the connection can be used again. */
export type Exchange =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly retryAfter: string | null;
      readonly whole: boolean;
      /** Null where nothing is kept. */
      readonly kept: KeptAnswer | null;
    }
  | { readonly kind: "error"; readonly error: Error };

/**
 * Reads one answer: keeps its status, counts and drops its body (unless it is to keep it), and calls `end` when it is complete, when the body goes
 * beyond `maxBytes` (what was read so far is answer enough), or when it breaks off. Later calls of `end` are possible
 * and mean nothing. Whoever sends extends it by what an end means.
 */
export abstract class AnswerReader implements Dispatcher.DispatchHandler {
  #bytesLeft: number;
  #status = 0;
  #retryAfter: string | null = null;
  #headers: IncomingHttpHeaders = {};
  /** The body so far; null: it is dropped. */
  readonly #chunks: Buffer[] | null;

  constructor(maxBytes: number, keeps: boolean) {
    this.#bytesLeft = maxBytes;
    this.#chunks = keeps ? [] : null;
  }

  protected abstract end(exchange: Exchange): void;

  /** There is nothing to do, but undici takes a handler without it for one of its older kind. */
  onRequestStart(): void {}

  /** Called for 1xx answers too: the last one is the real one. */
  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
    const retryAfter: string | string[] | undefined = headers["retry-after"];
    this.#retryAfter = (Array.isArray(retryAfter) ? retryAfter[0] : retryAfter) ?? null;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    // A copy: the memory is the parser's, and used again.
    this.#chunks?.push(Buffer.from(chunk.subarray(0, Math.max(0, this.#bytesLeft))));
    this.#bytesLeft -= chunk.length;
    if (this.#bytesLeft < 0) this.#answer(false);
  }

  onResponseEnd(): void {
    this.#answer(true);
  }

  onResponseError(_: unknown, error: Error): void {
    this.end({ kind: "error", error });
  }

  /** More has come than an answer takes: its status counts where it has one, as with a body that is too long. */
  overrun(): void {
    if (this.#status >= 200) this.#answer(false);
    else this.end({ kind: "error", error: new OnhookError("ANSWER_ENDLESS") });
  }

  #answer(whole: boolean): void {
    const kept = this.#chunks && { headers: this.#headers, body: Buffer.concat(this.#chunks) };
    this.end({ kind: "answer", status: this.#status, retryAfter: this.#retryAfter, whole, kept });
  }
}
