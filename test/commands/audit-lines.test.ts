import { expect, it } from "vitest";
import { Books } from "../../src/audit/books.ts";
import { auditLines } from "../../src/commands/audit-lines.ts";

const range = { at: Date.UTC(2026, 0, 5, 9), from: null, to: null, warnings: [] };

it("the lines of a report have each sum with its parts, each case, and the verdict last", () => {
  const books = new Books(1);
  for (const result of ["matched", "matched", "unread", "missing"] as const) books.call(result);
  books.job({ state: "pending", where: "onhook.retry.2s" }, 0);
  books.job({ state: "dead", reason: "timeout" }, 2);
  const finding = {
    tenantId: "t1",
    cdrId: "call-\u001b[31m",
    triggerId: "trigger-1",
    jobId: "job-1",
    partition: 3,
    offset: 9,
  };
  books.found({ kind: "job-missing", ...finding });
  books.found({ kind: "job-doubled", ...finding });
  const lines = auditLines(books.report({ ...range, warnings: ["Something is gone."] }));
  expect(lines[0]).toBe("Audit of all calls that are there, made at 2026-01-05T09:00:00.000Z");
  expect(lines).toContain("4 calls");
  expect(lines.find((line) => line.includes("pending"))).toMatch(/ 1 {2}\(onhook\.retry\.2s 1\)$/);
  expect(lines.find((line) => line.includes("dead"))).toMatch(/ 1 {2}\(timeout 1\)$/);
  const found = lines.filter((line) => line.startsWith("job-"));
  expect(found).toEqual([expect.stringContaining("call-\\u001b[31m  trigger-1  job-1  3/9")]);
  expect(lines).toContain("and 1 more; --limit lists them");
  expect(lines).toContain("Warning: Something is gone.");
  expect(lines.at(-1)).toBe("The books do not balance: missing 1, double 1, unexpected 0.");
});

it("a range is named by what it has of ends", () => {
  const lines = (from: number | null, to: number | null): string | undefined =>
    auditLines(new Books(1).report({ ...range, from, to }))[0];
  expect(lines(0, null)).toMatch(/^Audit of calls from 1970-01-01T00:00:00\.000Z, made/);
  expect(lines(0, 1000)).toContain("from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z");
});
