import type {
  HttpResult,
  HttpSender,
  SendFailureReason,
  WebhookRequest,
} from "../../src/delivery/http-request.ts";

/** What the receiver does with one request: answers, fails it, or stays silent until the request is given up. */
export type ScriptedAnswer =
  | { readonly status: number; readonly retryAfter?: string }
  | { readonly failure: SendFailureReason }
  | "silent";

export interface FakeHttpSender extends HttpSender {
  /**
   * What requests to this address meet, one after another; the last goes on for ever. Queries are not part of the
   * address, so that a GET meets its script too.
   */
  script(url: string, ...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]): void;
  /** All requests that were sent, in order. */
  readonly requests: readonly WebhookRequest[];
  /** How many requests wait for a silent receiver. */
  readonly waiting: number;
}

function addressOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? url;
}

function failure(reason: SendFailureReason): HttpResult {
  return { kind: "failure", reason, message: `scripted: ${reason}`, durationMs: 0 };
}

async function aborted(signal: AbortSignal | undefined): Promise<HttpResult> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  return failure("aborted");
}

/** An HttpSender without a network. A request to an address that has no script is a mistake in the test, and rejects. */
export function createFakeHttpSender(): FakeHttpSender {
  const scripts = new Map<string, ScriptedAnswer[]>();
  const requests: WebhookRequest[] = [];
  let waiting = 0;

  function next(url: string): ScriptedAnswer {
    const script = scripts.get(addressOf(url)) ?? [];
    const answer = script.length > 1 ? script.shift() : script[0];
    if (answer === undefined) throw new Error(`no script for ${addressOf(url)}`);
    return answer;
  }

  return {
    requests,
    get waiting() {
      return waiting;
    },
    script(url, ...answers) {
      scripts.set(addressOf(url), [...answers]);
    },
    async send(request, { signal }) {
      const answer = next(request.url);
      if (signal?.aborted === true) return failure("aborted");
      requests.push(request);
      if (answer === "silent") {
        waiting += 1;
        return await aborted(signal).finally(() => (waiting -= 1));
      }
      if ("failure" in answer) return failure(answer.failure);
      const { status, retryAfter = null } = answer;
      return { kind: "answer", status, retryAfter, durationMs: 0 };
    },
  };
}
