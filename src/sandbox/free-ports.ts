import { createServer } from "node:net";
import { OnhookError } from "../errors.ts";

/**
 * Free ports are looked for below the range that systems give to outgoing connections (32768 on Linux, 49152 elsewhere).
 * Inside it a client that dials a stopped broker over and over can meet its own source port, connect to itself, and
 * keep the broker from ever getting its port back.
 */
const lowest = 20_000;
const highest = 32_000;

/**
 * One port of 127.0.0.1 for each entry of `wanted`: the given number, or a free one for undefined; all distinct.
 * A given port that is in use is SANDBOX_PORT_TAKEN.
 */
export async function choosePorts(
  wanted: readonly (number | undefined)[],
  random: () => number = Math.random,
): Promise<readonly number[]> {
  const chosen: number[] = [];
  const reserved = new Set(wanted.filter((port) => port !== undefined));
  for (const port of wanted) {
    if (port !== undefined && !(await isFree(port))) {
      throw new OnhookError("SANDBOX_PORT_TAKEN", { port });
    }
    const next = port ?? (await freePort(reserved, random));
    reserved.add(next);
    chosen.push(next);
  }
  return chosen;
}

async function freePort(reserved: ReadonlySet<number>, random: () => number): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(random() * (highest - lowest));
    if (!reserved.has(port) && (await isFree(port))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
