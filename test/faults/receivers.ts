import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createWatch } from "../support/e2e-watch.ts";
import { misbehaviours } from "./misbehaviours.ts";
import type { Misbehaviour } from "./misbehaviours.ts";
import type { RequestSeen } from "../accounts/request-log.ts";

/** How a receiver behaves; the first part of its path. */
export type Behaviour = "ok" | "flaky" | "broken" | "gone" | Misbehaviour;

/** Receivers of all behaviours on one port of 127.0.0.1, which keep an account of every request. */
export interface Receivers extends AsyncDisposable {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly requests: readonly RequestSeen[];
  /** How many different webhooks have arrived. */
  readonly ids: ReadonlySet<string>;
  /** Resolves as soon as `holds`, which is asked at each arrival. */
  until(holds: () => boolean): Promise<void>;
}

type Seen = { -readonly [Key in keyof RequestSeen]: RequestSeen[Key] };

/** Up to 50 ms, by the webhook's id: so that some are in flight at any moment, the same ones in each run. */
const answerMs = (id: string): number => Number.parseInt(id.slice(0, 4), 16) % 50;

const failuresOfFlaky = 2;

function statusOf(behaviour: string, attempt: number): number {
  if (behaviour === "flaky") return attempt <= failuresOfFlaky ? 503 : 200;
  if (behaviour === "broken") return 500;
  return behaviour === "gone" ? 410 : 200;
}

function seenNow(request: IncomingMessage): Seen {
  return {
    id: String(request.headers["webhook-id"] ?? ""),
    attempt: Number(request.headers["onhook-attempt"]),
    arrivedAt: Date.now(),
    endedAt: Number.POSITIVE_INFINITY,
    status: 0,
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, seen: Seen) {
  const [, behaviour = ""] = (request.url ?? "").split(/[/?]/, 2);
  // An end that comes early is what some of these scenarios are about; "close" tells of it.
  for await (const chunk of request) void chunk;
  const misbehave = misbehaviours[behaviour as Misbehaviour];
  if (misbehave !== undefined) {
    seen.status = misbehave(response);
    return;
  }
  setTimeout(() => {
    seen.status = statusOf(behaviour, seen.attempt);
    seen.endedAt = Date.now();
    response.writeHead(seen.status).end();
  }, answerMs(seen.id));
}

export async function startReceivers(): Promise<Receivers> {
  const requests: Seen[] = [];
  const ids = new Set<string>();
  const watch = createWatch();
  // Connections are kept longer than any client does, so that none is closed under a request that is on its way.
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const seen = seenNow(request);
    requests.push(seen);
    ids.add(seen.id);
    response.on("close", () => {
      seen.endedAt = Math.min(seen.endedAt, Date.now());
    });
    answer(request, response, seen).catch(() => response.destroy());
    watch.changed();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    ids,
    until: watch.until,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
