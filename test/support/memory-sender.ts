import type { HttpResult, HttpSender, WebhookRequest } from "../../src/delivery/http-request.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { createFakeHttpSender } from "./fake-http-sender.ts";
import type { FakeHttpSender } from "./fake-http-sender.ts";

export interface Sent extends WebhookRequest {
  /** When the request went out, ms since the epoch. */
  readonly at: number;
  readonly webhookId: string;
  readonly attempt: number;
}

/** The receivers of a flow: scripted, with the time of each request, and able to keep requests waiting. */
export class MemorySender implements HttpSender {
  readonly sent: Sent[] = [];
  readonly #fake: FakeHttpSender = createFakeHttpSender();
  readonly #clock: Clock;
  readonly #held = new Map<string, PromiseWithResolvers<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  script(...script: Parameters<FakeHttpSender["script"]>): void {
    this.#fake.script(...script);
  }

  /** Requests to this address get no answer until the returned function is called. */
  hold(url: string): () => void {
    const held = Promise.withResolvers<void>();
    this.#held.set(url, held);
    return () => {
      this.#held.delete(url);
      held.resolve();
    };
  }

  async send(
    request: WebhookRequest,
    options: { readonly signal?: AbortSignal },
  ): Promise<HttpResult> {
    const { headers } = request;
    this.sent.push({
      ...request,
      at: this.#clock.now(),
      webhookId: headers["webhook-id"] ?? "",
      attempt: Number(headers["onhook-attempt"]),
    });
    const held = this.#held.get(request.url);
    if (held !== undefined) {
      const { promise: given, resolve } = Promise.withResolvers<void>();
      options.signal?.addEventListener("abort", () => resolve(), { once: true });
      await Promise.race([held.promise, given]);
    }
    return this.#fake.send(request, options);
  }
}
