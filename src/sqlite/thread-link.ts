import { Worker } from "node:worker_threads";
import { OnhookError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import type { ThreadAnswer, ThreadFailure, ThreadOrder, ThreadRequest } from "./thread-messages.ts";

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: OnhookError) => void;
}

/** In MiB. What a thread has made lives until it is answered; without bounds the collector would let it grow for long. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

function errorOf({ message, code, isDamage }: ThreadFailure): OnhookError {
  if (code !== null) return new OnhookError(code as ErrorCode, { problem: message });
  return new OnhookError(isDamage ? "HISTORY_DAMAGED" : "HISTORY_UNAVAILABLE", {
    problem: message,
  });
}

/**
 * A thread and what is asked of it. A reader that ends by itself is started again with the next request. A writer is not:
 * who goes on must open the file anew, and hear what there is in it.
 */
export class ThreadLink {
  readonly #order: ThreadOrder;
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended = new AbortController();
  #lastNumber = 0;

  constructor(order: ThreadOrder) {
    this.#order = order;
  }

  /** Aborted, with HISTORY_UNAVAILABLE as its reason, when a writer has ended by itself. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Rejects with what the thread raised of the error table, HISTORY_DAMAGED, or HISTORY_UNAVAILABLE. */
  async ask(method: string, given: readonly unknown[]): Promise<unknown> {
    this.ended.throwIfAborted();
    const worker = (this.#worker ??= this.#start());
    this.#lastNumber += 1;
    const request: ThreadRequest = { number: this.#lastNumber, method, given };
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(request.number, { resolve, reject });
    worker.postMessage(request);
    return promise;
  }

  /** Closes the file once all that was asked before is answered, and ends the thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    // What was answered is committed: a file that can't be closed in order is whole when it is opened next.
    await this.ask("close", []).catch(() => undefined);
    this.#worker = null;
    await worker.terminate();
    this.#giveUp("it is closed");
  }

  #start(): Worker {
    const worker = new Worker(new URL("history-thread.ts", import.meta.url), {
      workerData: this.#order,
      resourceLimits,
    });
    worker.on("message", (answer: ThreadAnswer) => this.#settle(answer));
    let problem = "its thread has ended";
    worker.on("error", (error: Error) => (problem = error.message));
    worker.on("exit", () => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      if (this.#order.role === "write")
        this.#ended.abort(new OnhookError("HISTORY_UNAVAILABLE", { problem }));
      this.#giveUp(problem);
    });
    return worker;
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ("failure" in answer) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer.result);
  }

  #giveUp(problem: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new OnhookError("HISTORY_UNAVAILABLE", { problem }));
  }
}
