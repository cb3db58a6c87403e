import dgram from "node:dgram";
import ipaddr from "ipaddr.js";

/** What a name server says to a question: addresses (none: the name has no such record), an error, or nothing at all. */
export type DnsAnswer = readonly string[] | "no such name" | "failure" | "silence";

export interface DnsServer extends AsyncDisposable {
  /** As a resolver takes it. */
  readonly address: string;
  /** `A crm.test`, in the order in which they came. */
  readonly questions: readonly string[];
}

const typeNames: Readonly<Record<number, "A" | "AAAA">> = { 1: "A", 28: "AAAA" };
const responseCodes = { "no such name": 3, failure: 2 } as const;

/** Reads the question of a query: its name, its type, and its bytes. Source: RFC 1035, 4.1. */
function questionOf(query: Buffer): { readonly question: string; readonly bytes: Buffer } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = typeNames[query.readUInt16BE(at + 1)] ?? "other";
  return { question: `${type} ${labels.join(".")}`, bytes: query.subarray(12, at + 5) };
}

function reply(query: Buffer, question: Buffer, answer: Exclude<DnsAnswer, "silence">): Buffer {
  const code = typeof answer === "string" ? responseCodes[answer] : 0;
  const records = (typeof answer === "string" ? [] : answer).map((address) => {
    const data = Buffer.from(ipaddr.parse(address).toByteArray());
    // A pointer to the question's name, type, class IN, one second to live, and the address.
    const head = Buffer.from([
      0xc0,
      12,
      0,
      data.length === 4 ? 1 : 28,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      data.length,
    ]);
    return Buffer.concat([head, data]);
  });
  const header = Buffer.from([0, 0, 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0]);
  query.copy(header, 0, 0, 2);
  return Buffer.concat([header, question, ...records]);
}

/** A name server on the loopback interface that answers `A <name>` and `AAAA <name>` as `answers` says. */
export async function startDnsServer(answers: (question: string) => DnsAnswer): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = dgram.createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { question, bytes } = questionOf(query);
    questions.push(question);
    const answer = answers(question);
    if (answer !== "silence") socket.send(reply(query, bytes, answer), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  return {
    address: `127.0.0.1:${port}`,
    questions,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
