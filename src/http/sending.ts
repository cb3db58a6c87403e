import type { Dispatcher } from "undici";
import type { HttpResult, SendFailureReason } from "../delivery/http-request.ts";
import { OnhookError } from "../errors.ts";
import { AnswerReader } from "./answer-reader.ts";
import type { Exchange } from "./answer-reader.ts";
import type { Connection, ConnectionPool } from "./connection-pool.ts";
import type { Bounded, Deadlines } from "./deadlines.ts";
import { codeOf, failureMessage, failureOf } from "./failure-reason.ts";

/** What may come of one answer besides its body: heads, interim answers, the framing of chunks, trailers. */
const maxFramingBytes = 131_072;

/** How a request ended: by its exchange, or because we gave it up. */
type Ending = Exchange | { readonly kind: "given-up"; readonly reason: "timeout" | "aborted" };

function failure(reason: SendFailureReason, durationMs: number): HttpResult {
  return { kind: "failure", reason, message: failureMessage(reason), durationMs };
}

function resultOf(ending: Ending, durationMs: number): HttpResult {
  switch (ending.kind) {
    case "answer": {
      const { status, retryAfter, whole, kept } = ending;
      const answer = { kind: "answer", status, retryAfter, durationMs } as const;
      return kept === null ? answer : { ...answer, shown: { ...kept, isWhole: whole } };
    }
    case "given-up":
      return failure(ending.reason, durationMs);
    case "error": {
      if (codeOf(ending.error) === "UND_ERR_INVALID_ARG") {
        throw new OnhookError("REQUEST_UNSENDABLE", { problem: ending.error.message });
      }
      return { kind: "failure", ...failureOf(ending.error), durationMs };
    }
    default:
      return ending satisfies never;
  }
}

/** What comes of a request that the stop of the service kept from being begun. */
export const notBegun = failure("aborted", 0);

export interface SendingDeps {
  readonly pool: ConnectionPool;
  readonly inFlight: Deadlines<Sending>;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly keepsAnswers: boolean;
}

/** A request as undici takes it. */
type Dispatched = Pick<Dispatcher.DispatchOptions, "path" | "method" | "headers" | "body">;

/** One request on its way, and the reader of its answer: all in one object, of which there are as many as are under way. */
export class Sending extends AnswerReader implements Bounded {
  readonly result: Promise<HttpResult>;
  readonly dueAt: number;
  /** What may have it given up. */
  readonly signal: AbortSignal | undefined;
  readonly #deps: SendingDeps;
  // Monotonic: the wall clock may be set while a request is under way.
  readonly #begunAt = performance.now();
  readonly #connection: Connection;
  readonly #settled: Pick<PromiseWithResolvers<HttpResult>, "resolve" | "reject">;
  #isOver = false;

  /** Sends it. `result` rejects with REQUEST_UNSENDABLE. */
  constructor(
    deps: SendingDeps,
    origin: string,
    request: Dispatched,
    signal: AbortSignal | undefined,
  ) {
    super(deps.maxResponseBytes, deps.keepsAnswers);
    const { promise, ...settled } = Promise.withResolvers<HttpResult>();
    this.result = promise;
    this.#settled = settled;
    this.#deps = deps;
    this.dueAt = this.#begunAt + deps.timeoutMs;
    this.signal = signal;
    this.#connection = deps.pool.acquire(origin);
    deps.inFlight.add(this);
    this.#connection.allowance.begin(deps.maxResponseBytes + maxFramingBytes, this);
    this.#connection.client.dispatch(request, this);
  }

  expire(): void {
    this.#over({ kind: "given-up", reason: "timeout" });
  }

  giveUp(): void {
    this.#over({ kind: "given-up", reason: "aborted" });
  }

  protected override end(exchange: Exchange): void {
    this.#over(exchange);
  }

  /** Does its part at once, not in a promise: a connection that closes meanwhile must find itself in its place. */
  #over(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { inFlight, pool } = this.#deps;
    inFlight.delete(this);
    if (ending.kind === "answer" && ending.whole) pool.release(this.#connection);
    else pool.discard(this.#connection);
    const durationMs = Math.round(performance.now() - this.#begunAt);
    try {
      this.#settled.resolve(resultOf(ending, durationMs));
    } catch (error) {
      this.#settled.reject(error);
    }
  }
}
