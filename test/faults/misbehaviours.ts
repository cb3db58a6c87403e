import type { ServerResponse } from "node:http";

/** Returns the status that the other side may take for an answer; 0 for none. */
type Misbehave = (response: ServerResponse) => number;

const dripMs = 1000;
const halfOf = 1000;
const gigabyte = 1024 ** 3;
const chunk = Buffer.alloc(64 * 1024, "x");

function drip(response: ServerResponse): number {
  response.writeHead(200, { "content-length": String(halfOf) });
  const timer = setInterval(() => response.write("x"), dripMs);
  response.on("close", () => clearInterval(timer));
  return 0;
}

function closeHalfWay(response: ServerResponse): number {
  response.writeHead(200, { "content-length": String(halfOf) });
  response.write("x".repeat(halfOf / 2), () => response.socket?.destroy());
  return 0;
}

/** As fast as the other side reads, until it has had enough: its status is answer enough. */
function flood(response: ServerResponse): number {
  response.writeHead(200, { "content-length": String(gigabyte) });
  let left = gigabyte;
  const pump = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once("drain", pump);
    }
    response.end();
  };
  pump();
  return 200;
}

function talkNonsense(response: ServerResponse): number {
  response.socket?.end(Buffer.from("\u0000\u0001 this is not HTTP \r\n\r\n\u0000"));
  return 0;
}

/** What a receiver can do instead of answering. */
export const misbehaviours = {
  hang: () => 0,
  drip,
  half: closeHalfWay,
  flood,
  nonsense: talkNonsense,
} as const satisfies Readonly<Record<string, Misbehave>>;

export type Misbehaviour = keyof typeof misbehaviours;
