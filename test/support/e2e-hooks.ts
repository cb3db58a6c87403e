import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createWatch } from "./e2e-watch.ts";

/** A request that reached the receiver. */
export interface Hook {
  /** Its `webhook-id`. */
  readonly id: string;
  /** As `onhook-attempt` says. */
  readonly attempt: number;
  /** How many requests with this id came before. */
  readonly before: number;
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Decides the status; a promise that never settles is a receiver that hangs. */
export type Answer = (hook: Hook) => number | Promise<number>;

/** A receiver of webhooks on loopback that keeps all that comes. Disposing it ends every connection. */
export interface Hooks extends AsyncDisposable {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly all: readonly Hook[];
  /** How many requests each id brought. */
  readonly counts: ReadonlyMap<string, number>;
  of(id: string): readonly Hook[];
  /** Resolves as soon as `holds`, which is asked at each arrival. */
  until(holds: () => boolean): Promise<void>;
}

async function hookOf(
  request: IncomingMessage,
  counts: ReadonlyMap<string, number>,
): Promise<Hook> {
  const body = Buffer.concat(await request.toArray());
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const id = String(request.headers["webhook-id"] ?? "");
  return {
    id,
    attempt: Number(request.headers["onhook-attempt"]),
    before: counts.get(id) ?? 0,
    method: request.method ?? "",
    path,
    query,
    headers: request.headers,
    body,
    at: Date.now(),
  };
}

export async function startHooks(answer: Answer = () => 200): Promise<Hooks> {
  const all: Hook[] = [];
  const counts = new Map<string, number>();
  const watch = createWatch();
  // Connections are kept longer than any client does, so that none is closed under a request that is on its way.
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    void (async () => {
      const hook = await hookOf(request, counts);
      counts.set(hook.id, hook.before + 1);
      all.push(hook);
      const status = answer(hook);
      watch.changed();
      response.writeHead(await status).end();
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    all,
    counts,
    of: (id) => all.filter((hook) => hook.id === id),
    until: watch.until,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
