import dns from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host, one at least, in the order they should be tried. Rejects with a resolver's error. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolveHostOptions {
  /** Name servers as `address:port`; the system's when left out. */
  readonly servers?: readonly string[];
  /** The system's resolver (hosts file, search domains …), which waits in a thread for the answer. */
  readonly lookup?: ResolveHost;
  /** Where the names are that need no name server; /etc/hosts when left out. */
  readonly hostsFile?: string;
}

/** Quick answers of a name server, or of none, after which the system may still know the name. */
const unknownToServers: ReadonlySet<unknown> = new Set(["ENOTFOUND", "ENODATA", "ECONNREFUSED"]);

function namesIn(hostsFile: string): Set<string> {
  if (!existsSync(hostsFile)) return new Set();
  const text = readFileSync(hostsFile, "utf8");
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim().toLowerCase());
  return new Set(lines.flatMap((line) => line.split(/\s+/).slice(1)));
}

/** Calls under way for the same key share one result. */
function shared<T>(call: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  return (key) => {
    let result = underWay.get(key);
    if (result === undefined) {
      result = call(key).finally(() => underWay.delete(key));
      underWay.set(key, result);
    }
    return result;
  };
}

/** Runs one call at a time. */
function oneByOne<T>(call: (key: string) => Promise<T>): (key: string) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (key) => {
    const next = last.then(() => call(key));
    last = Promise.allSettled([next]);
    return next;
  };
}

function askServers(servers: readonly string[] | undefined): ResolveHost {
  const resolver = new dns.Resolver({ timeout: 2000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return async (host) => {
    const [four, six] = await Promise.allSettled([
      resolver.resolve4(host),
      resolver.resolve6(host),
    ]);
    // IPv4 first: everybody can be reached that way, and a half-working IPv6 costs seconds.
    const addresses = [
      ...(four.status === "fulfilled" ? four.value.map((address) => ({ address, family: 4 })) : []),
      ...(six.status === "fulfilled" ? six.value.map((address) => ({ address, family: 6 })) : []),
    ];
    if (addresses.length > 0) return addresses;
    throw four.status === "rejected" ? four.reason : (six as PromiseRejectedResult).reason;
  };
}

/**
 * Makes the resolver. Names are asked of the name servers without a thread: the system's look-up holds one of two threads
 * that a process has for it, so that two hosts whose name servers hang would hold up the requests to all others (promise
 * 6). The system is asked only for what it answers from its hosts file, for names without a dot, and, one after another,
 * for those that the name servers do not know as they stand (search domains).
 */
export function createResolveHost(options: ResolveHostOptions = {}): ResolveHost {
  const system = options.lookup ?? ((host) => dns.lookup(host, { all: true }));
  const systemInTurn = oneByOne(system);
  const servers = askServers(options.servers);
  const local = namesIn(options.hostsFile ?? "/etc/hosts").add("localhost");
  return shared(async (host) => {
    if (local.has(host)) return await system(host);
    if (!host.includes(".")) return await systemInTurn(host);
    try {
      return await servers(host);
    } catch (error) {
      if (!unknownToServers.has((error as NodeJS.ErrnoException).code)) throw error;
      return await systemInTurn(host);
    }
  });
}
