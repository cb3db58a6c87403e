import { describe, expect, test } from "vitest";
import { avroType } from "../../src/avro/avro-type.ts";
import { placeOf } from "../../src/sandbox/fictional-numbers.ts";
import { sampleTenants } from "../../src/sandbox/sample-tenants.ts";
import type { CallEndedRecord, SimulatedCdr } from "../../src/sandbox/simulated-cdr.ts";
import { createSimulator, demoStart } from "../../src/sandbox/simulator.ts";
import { callEndedSchema } from "../cdr/call-bytes.ts";

const schema = avroType(callEndedSchema());

function simulate(count: number, seed: number = demoStart.seed): CallEndedRecord[] {
  const simulator = createSimulator({ ...demoStart, seed, tenants: sampleTenants });
  return Array.from({ length: count }, () => simulator.next());
}

const calls = simulate(3_000);
const cdrs = calls.map(({ cdr }) => cdr);

function share(of: (cdr: SimulatedCdr) => boolean): number {
  return cdrs.filter(of).length / cdrs.length;
}

/** Seconds from one ISO time to another. */
function seconds(from: string | undefined, to: string | undefined): number {
  return (Date.parse(to ?? "") - Date.parse(from ?? "")) / 1_000;
}

test("the same seed gives the same calls, another seed others", () => {
  expect(simulate(50, 3)).toEqual(simulate(50, 3));
  expect(simulate(50, 3)).not.toEqual(simulate(50, 4));
});

test("every call fits the schema of CallEnded and survives it unchanged", () => {
  for (const call of calls) {
    expect(schema.isValid(call)).toBe(true);
    expect(schema.fromBuffer(schema.toBuffer(call))).toMatchObject(call);
  }
});

test("ids are UUIDs, and no two calls share one", () => {
  const ids = cdrs.flatMap(({ id, recordingIds = [] }) => [id, ...recordingIds]);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-/);
  expect(new Set(ids).size).toBe(ids.length);
});

describe("the figures of a call agree", () => {
  test("its parts add up to its duration, and its start and duration to its end", () => {
    for (const { dur = NaN, ring = NaN, talk = 0, hold = 0, park = 0, start, end } of cdrs) {
      expect(ring + talk + hold + park).toBe(dur);
      expect(seconds(start, end)).toBe(dur);
    }
  });

  test("an answer comes when the ringing ends, and only where somebody answered", () => {
    const [answered, others] = [
      cdrs.filter(({ ans }) => ans === 1),
      cdrs.filter(({ ans }) => ans === 0),
    ];
    for (const { answer, ring, start, lost } of answered) {
      expect(seconds(start, answer)).toBe(ring);
      expect(lost).toBeUndefined();
    }
    for (const { answer, ansGroupName, ansUsrNum } of others) {
      expect([answer, ansGroupName, ansUsrNum]).toEqual([undefined, undefined, undefined]);
    }
    expect(answered.length + others.length).toBe(cdrs.length);
  });

  test("a call has recordings exactly where it says so", () => {
    for (const { hasRec, recordingIds } of cdrs) {
      expect(hasRec).toBe(recordingIds === undefined ? 0 : 1);
    }
  });

  test("a directory match is of the one who called or was called", () => {
    const matched = cdrs.filter(({ directoryMatches }) => directoryMatches !== undefined);
    expect(matched.length).toBeGreaterThan(100);
    for (const { directoryMatches = [], cliNum, ddiNum } of matched) {
      expect([cliNum, ddiNum]).toContain(directoryMatches[0]?.fields.telephone1);
    }
  });
});

test("calls end in the order of time, in whole seconds, by the clock of their tenant's zone", () => {
  let last = demoStart.startAt;
  for (const { tenantId, cdr } of calls) {
    const ended = Date.parse(cdr.end ?? "");
    expect(ended).toBeGreaterThanOrEqual(last);
    last = ended;
    expect(cdr.tz).toBe(sampleTenants.find((one) => one.tenantId === tenantId)?.timeZone);
  }
  expect(new Set(cdrs.map(({ tz }) => tz)).size).toBe(sampleTenants.length);
});

test("most calls are in business hours, some at night and at weekends", () => {
  const isOfficeHour = (cdr: SimulatedCdr): boolean => {
    const wall = new Date(`${cdr.end?.slice(0, 19)}Z`);
    return wall.getUTCDay() % 6 !== 0 && wall.getUTCHours() >= 9 && wall.getUTCHours() < 18;
  };
  expect(share(isOfficeHour)).toBeGreaterThan(0.5);
  expect(share(isOfficeHour)).toBeLessThan(0.85);
});

test("every kind of call that the CDR knows of occurs", () => {
  const kinds: ((cdr: SimulatedCdr) => boolean)[] = [
    ...[1, 2, 3, 4].map((dir) => (cdr: SimulatedCdr) => cdr.dir === dir),
    ({ lost, aban }) => lost === 1 && aban === undefined,
    ({ aban }) => aban === 1,
    ({ short }) => short === 1,
    ({ lostInPark }) => lostInPark === 1,
    ({ hold }) => (hold ?? 0) > 0,
    ({ park, lostInPark }) => (park ?? 0) > 0 && lostInPark === undefined,
    ({ t2t }) => t2t === 1,
    ({ rateBand }) => rateBand === "International",
    ({ tags }) => tags !== undefined,
    ({ cliNum }) => cliNum === undefined,
    ({ cliState }) => cliState === "MA",
  ];
  for (const kind of kinds) expect(share(kind)).toBeGreaterThan(0);
});

test("every number outside the company is one that nobody has", () => {
  const own = new Set(sampleTenants.flatMap(({ users }) => users.map(({ number }) => number)));
  const contacts = sampleTenants.flatMap(({ contacts }) => contacts);
  const numbers = [
    ...cdrs.flatMap(({ cliNum, ddiNum }) => [cliNum, ddiNum]),
    ...contacts.map(({ telephone1 }) => telephone1),
    ...sampleTenants.flatMap(({ groups }) => groups.map(({ number }) => number)),
  ];
  const outside = numbers.filter((number) => number !== undefined && !own.has(number));
  expect(outside.length).toBeGreaterThan(cdrs.length);
  expect(outside.filter((number) => placeOf(number ?? "") === undefined)).toEqual([]);
});
