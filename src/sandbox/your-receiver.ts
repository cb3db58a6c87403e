import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface YourReceiverOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of requests in words: of each test request, and else at most once a second. */
  readonly tell: (line: string) => void;
}

/** A receiver for webhooks that a visitor of the demo makes up: it takes whatever comes, and tells of it. */
export interface YourReceiver {
  /** Listens on a free port of loopback; gives its address. Once only. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

const tellEveryMs = 1_000;

const counts = new Intl.NumberFormat("en");

/** A request in words: nothing of the call is in it, but the id that finds it in the portal. */
function words({ method, headers }: IncomingMessage, bytes: number, before: number): string {
  const { "webhook-id": id = "no webhook-id", "onhook-attempt": attempt } = headers;
  const signed = headers["webhook-signature"] === undefined ? "not signed" : "signed";
  const test = attempt === undefined ? "" : `attempt ${String(attempt)} · `;
  const others = before === 0 ? "" : ` · and ${counts.format(before)} before it`;
  return `→ yours · ${method} · ${String(id)} · ${test}${counts.format(bytes)} bytes, ${signed}${others}`;
}

export function createYourReceiver({ now, tell }: YourReceiverOptions): YourReceiver {
  let quietUntil = -Infinity;
  let untold = 0;

  function told(request: IncomingMessage, bytes: number): void {
    // Somebody has sent it by hand and waits for it, however many calls come beside it.
    if (String(request.headers["webhook-id"]).startsWith("test_")) {
      tell(words(request, bytes, 0));
      return;
    }
    if (now() < quietUntil) {
      untold += 1;
      return;
    }
    tell(words(request, bytes, untold));
    quietUntil = now() + tellEveryMs;
    untold = 0;
  }

  const server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => (bytes += chunk.length));
    request.once("end", () => {
      told(request, bytes);
      response.writeHead(204).end();
    });
  });

  return {
    async start() {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/yours`;
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
