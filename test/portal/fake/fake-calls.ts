import type { Cdr } from "../../../src/cdr/call-ended.ts";
import type { CallSummary } from "../../../src/admin/contract/calls.ts";

export interface FakeCall {
  readonly at: number;
  readonly cdr: Cdr;
  readonly offset: number;
}

/** Repeats the same numbers from the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** What a caller can put into a call to attack whoever reads of it. */
export const hostileName = '<img src=x onerror="window.hacked=1">';
export const rightToLeft = "\u202Egnp.exe‮ Müller";

const names = ["Ada Lovelace", "Grace Hopper", hostileName, rightToLeft, "José Núñez"];
const groups = ["Sales", "Support", "Accounts"];
const minute = 60_000;

function cdrOf(index: number, at: number, random: () => number): Cdr {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const [inbound, answered] = [random() < 0.7, random() < 0.8];
  const talk = answered ? Math.floor(random() * 600) : 0;
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "+00:00");
  const caller = `+4470000000${String(index % 20).padStart(2, "0")}`;
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    dType: "CloudSessionCdr",
    sVer: 1,
    pbxName: "Head office",
    tz: "Europe/London",
    start: iso(at - (talk + 20) * 1000),
    ...(answered ? { answer: iso(at - talk * 1000) } : {}),
    end: iso(at),
    dur: talk + 20,
    ring: 20,
    talk,
    lost: answered ? 0 : 1,
    ans: answered ? 1 : 0,
    cause: answered ? "NORMAL_CLEARING" : "NO_ANSWER",
    dir: inbound ? 2 : 3,
    type: random() < 0.85 ? 2 : 1,
    cliNum: caller,
    cliName: pick(names),
    cliCtry: pick(["GB", "FR", "US"]),
    ddiNum: pick(["+441610000000", "+441610000001", "+441610000002"]),
    ...(answered ? { ansGroupName: pick(groups), ansUsrName: "Test user" } : {}),
    hasRec: answered ? 1 : 0,
    rateCost: Math.round(random() * 200) / 100,
    tags: { Support: pick(["stage1", "stage2"]) },
  };
}

/** Calls of the last hours, the newest first. */
export function makeCalls(count: number, now: number): FakeCall[] {
  const random = randomFrom(7);
  return Array.from({ length: count }, (_, index) => {
    const at = now - (index + 1) * 3 * minute;
    return { at, cdr: cdrOf(index, at, random), offset: count - index };
  });
}

const masked = new Set(["cliNum", "cliName", "ddiNum", "ansUsrName"]);

/** What is told of a call; numbers and names masked but where they are revealed. */
export function summaryOf({ at, cdr, offset }: FakeCall, reveal: boolean): CallSummary {
  const plain = Object.entries(cdr).filter(
    (entry): entry is [string, string | number] =>
      typeof entry[1] === "string" || typeof entry[1] === "number",
  );
  const fields = plain.map(([name, value]) => [
    name,
    masked.has(name) && !reveal && name !== "cliName" ? `•••${String(value).slice(-2)}` : value,
  ]);
  return {
    cdrId: cdr.id,
    at: new Date(at).toISOString(),
    partition: 0,
    offset,
    fields: Object.fromEntries(fields) as CallSummary["fields"],
  };
}
