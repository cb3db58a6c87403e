import ipaddr from "ipaddr.js";
import { OnhookError } from "../../errors.ts";
import type { Clock } from "../../runtime/clock.ts";

const windowMs = 60_000;
/** Some 10 MB. Who has more addresses than this is not kept out by counting them. */
const mostAddresses = 50_000;

interface Window {
  count: number;
  readonly until: number;
}

/** What counts as one client: of IPv6, the network that a single customer has. */
export function clientOf(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 100);
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return Buffer.from(parsed.toByteArray().slice(0, 8)).toString("hex");
}

/** Counts the credentials of each client that were refused, in a minute from the first. */
export class FailedAttempts {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #mostAddresses: number;
  readonly #byClient = new Map<string, Window>();

  constructor(mostPerMinute: number, clock: Clock, most = mostAddresses) {
    this.#most = mostPerMinute;
    this.#clock = clock;
    this.#mostAddresses = most;
  }

  /** Throws TOO_MANY_ATTEMPTS, with `retryAfterSeconds`, where the client has to wait. To be asked before a credential is looked at. */
  assertMayTry(address: string): void {
    const now = this.#clock.now();
    const window = this.#byClient.get(clientOf(address));
    if (window === undefined || window.until <= now || window.count < this.#most) return;
    const retryAfterSeconds = Math.ceil((window.until - now) / 1000);
    throw new OnhookError("TOO_MANY_ATTEMPTS", { retryAfterSeconds });
  }

  /** A credential was refused. Whether the client has to wait from now on. */
  failed(address: string): boolean {
    const now = this.#clock.now();
    const client = clientOf(address);
    let window = this.#byClient.get(client);
    if (window === undefined || window.until <= now) {
      this.#byClient.delete(client);
      if (this.#byClient.size >= this.#mostAddresses) this.#makeRoom(now);
      window = { count: 0, until: now + windowMs };
      this.#byClient.set(client, window);
    }
    window.count += 1;
    return window.count >= this.#most;
  }

  get size(): number {
    return this.#byClient.size;
  }

  /** All windows are of the same length, so that the oldest ends first. */
  #makeRoom(now: number): void {
    for (const [client, { until }] of this.#byClient) {
      if (until > now) break;
      this.#byClient.delete(client);
    }
    const [oldest] = this.#byClient.keys();
    if (oldest !== undefined && this.#byClient.size >= this.#mostAddresses)
      this.#byClient.delete(oldest);
  }
}
