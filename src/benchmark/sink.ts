import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { WorkerServer } from "./worker-task.ts";

/** What a sink is told: to begin anew and mark each so many jobs, or to say what it has. */
export type SinkMessage =
  | { readonly mark: number }
  | { readonly ask: "report" }
  | { readonly ask: "ids" };

export interface SinkReport {
  /** When the first job's first request, and then each so many, had come, refused or not; ms since the epoch. */
  readonly marks: readonly number[];
  /** Different ones. */
  readonly taken: number;
  /** Taken more than once. */
  readonly repeated: number;
  readonly refused: number;
}

const answer = (status: number): Buffer =>
  Buffer.from(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`);
const [ok, unavailable] = [answer(200), answer(500)];
const endOfHead = Buffer.from("\r\n\r\n");
const slowMs = 20;

/** One first attempt of ten, by the id, so that it is the same one each time. */
function isRefused(head: string): boolean {
  if (!head.startsWith("POST /flaky") || !/onhook-attempt: 1\r/i.test(head)) return false;
  return Number.parseInt(/webhook-id: (..)/i.exec(head)?.[1] ?? "0", 16) % 10 === 0;
}

const idOf = (head: string): string => /webhook-id: ([^\r]+)/i.exec(head)?.[1] ?? "";

/** What a sink has taken since it was told to mark. */
class Taken {
  readonly #seen = new Set<string>();
  readonly #ids = new Set<string>();
  readonly #marks: number[] = [];
  readonly #every: number;
  #repeated = 0;
  refused = 0;

  constructor(every: number) {
    this.#every = every;
  }

  /** Notes the time by first requests, refused or not: when the last retry is taken tells of its wait alone. */
  see(id: string): void {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    if (this.#seen.size === 1 || this.#seen.size % this.#every === 0)
      this.#marks.push(performance.timeOrigin + performance.now());
  }

  take(id: string): void {
    if (this.#ids.has(id)) this.#repeated += 1;
    this.#ids.add(id);
  }

  ids(): string[] {
    return [...this.#ids];
  }

  report(): SinkReport {
    const [marks, taken] = [this.#marks, this.#ids.size];
    return { marks, taken, repeated: this.#repeated, refused: this.refused };
  }
}

/** Calls `take` with the head of each request of a connection once all of it has come. */
function readRequests(socket: Socket, take: (head: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(endOfHead);
      if (end < 0) return;
      const head = rest.toString("latin1", 0, end + 2);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const next = end + endOfHead.length + length;
      if (rest.length < next) return;
      rest = rest.subarray(next);
      take(head);
    }
  });
}

/**
 * A receiver on loopback that is as fast as a socket lets it be: it reads no more of HTTP than where a request ends. The
 * path says how it behaves: /ok, /flaky (one first attempt of ten is refused), /hang, /slow (20 ms).
 */
export async function startSink(): Promise<WorkerServer> {
  let taken = new Taken(Infinity);

  function respond(socket: Socket, head: string): void {
    if (head.startsWith("POST /hang")) return;
    const id = idOf(head);
    taken.see(id);
    if (isRefused(head)) {
      taken.refused += 1;
      socket.write(unavailable);
      return;
    }
    taken.take(id);
    if (head.startsWith("POST /slow")) setTimeout(() => socket.write(ok), slowMs);
    else socket.write(ok);
  }

  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    readRequests(socket, (head) => respond(socket, head));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    hear(message) {
      const told = message as SinkMessage;
      if ("mark" in told) taken = new Taken(told.mark);
      else return told.ask === "ids" ? taken.ids() : taken.report();
      return null;
    },
  };
}
