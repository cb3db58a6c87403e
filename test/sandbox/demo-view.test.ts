import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/sandbox/demo-ledger.ts";
import type { DemoSnapshot } from "../../src/sandbox/demo-snapshot.ts";
import { createDemoView, summaryLine } from "../../src/sandbox/demo-view.ts";
import type { DemoView } from "../../src/sandbox/demo-view.ts";
import { createFakeTerminal } from "./fake-terminal.ts";
import type { FakeTerminal } from "./fake-terminal.ts";

const none = { delivered: 0, failed: 0, dead: 0, waiting: 0 };

function snapshot(changes: Partial<DemoSnapshot> = {}): DemoSnapshot {
  return {
    elapsedMs: 65_000,
    calls: 1_234,
    callsPerSecond: 19.96,
    matched: 1_000,
    jobs: 1_300,
    delivered: 1_200,
    retried: 80,
    dead: 9,
    cancelled: 0,
    underway: 4,
    waitingByRung: { "2s": 3, "4s": 0 },
    byReceiver: {
      ok: { ...none, delivered: 1_100 },
      flaky: { delivered: 100, failed: 200, dead: 0, waiting: 3 },
      broken: { ...none, failed: 27, dead: 9 },
      hang: none,
      gone: none,
    },
    portal: null,
    recent: ["✓ CRM log · Contoso Insurance · 201 · attempt 1, 3 ms"],
    ...changes,
  };
}

const verdict: Verdict = {
  calls: 200,
  matched: 161,
  jobs: 201,
  delivered: 187,
  retried: 40,
  dead: 14,
  lost: 0,
  doubled: 0,
  problems: [],
};

function liveView(columns = 100, rows = 40): { terminal: FakeTerminal; view: DemoView } {
  const terminal = createFakeTerminal(columns, rows);
  return { terminal, view: createDemoView({ out: terminal, now: () => 0, env: {} }) };
}

describe("in a terminal", () => {
  test("the panel says where the portal is once it answers", () => {
    const { terminal, view } = liveView();
    view.update(snapshot());
    expect(terminal.screen.join("\n")).not.toContain("portal");
    view.update(snapshot({ portal: "http://127.0.0.1:8080" }));
    expect(terminal.screen.join("\n")).toMatch(/portal +http:\/\/127\.0\.0\.1:8080\//);
  });

  test("the panel shows how calls, receivers, the ladder and the latest events stand", () => {
    const { terminal, view } = liveView();
    view.update(snapshot());
    const screen = terminal.screen.join("\n");
    expect(view.live).toBe(true);
    expect(screen).toMatch(/Onhook demo +1:05 +calls 1,234 +per second 20.0 +matched 1,000/);
    expect(screen).toMatch(/works +█+ +delivered 1,100 +failed +0 +waiting +0 +dead +0/);
    expect(screen).toMatch(/fails twice +█+▒ +delivered +100 +failed +200 +waiting +3/);
    expect(screen).toMatch(/never answers +·+ +delivered +0/);
    expect(screen).toMatch(/retry ladder +2s 3 +4s 0/);
    expect(screen).toContain("✓ CRM log · Contoso Insurance · 201 · attempt 1, 3 ms");
  });

  test("a frame is one write, clears nothing in advance and leaves nothing of the last one", () => {
    const { terminal, view } = liveView();
    view.update(snapshot({ recent: ["one", "two", "three, which is long"] }));
    const height = terminal.screen.length;
    view.update(snapshot({ recent: ["four", "five", "six"] }));
    expect(terminal.screen).toHaveLength(height);
    view.update(snapshot({ recent: ["seven"] }));
    expect(terminal.screen).toHaveLength(height - 2);
    expect(terminal.screen.slice(-2)).toEqual(["seven", ""]);
    expect(terminal.writes).toHaveLength(3);
    expect(terminal.writes.join("")).not.toContain("\x1b[2J");
  });

  test("no line is wider, and the panel no higher, than the terminal", () => {
    for (const [columns, rows] of [
      [100, 40],
      [60, 12],
      [20, 5],
    ] as const) {
      const { terminal, view } = liveView(columns, rows);
      view.update(snapshot());
      for (const line of terminal.screen) expect(Array.from(line).length).toBeLessThan(columns);
      expect(terminal.screen.length).toBeLessThanOrEqual(rows);
    }
  });

  test("a line stays above the panel", () => {
    const { terminal, view } = liveView();
    view.update(snapshot({ recent: ["one"] }));
    const before = terminal.screen;
    view.line("the sandbox is up");
    expect(terminal.screen).toEqual(["the sandbox is up", ...before]);
    view.update(snapshot({ recent: ["two"] }));
    expect(terminal.screen[0]).toBe("the sandbox is up");
    expect(terminal.screen).toHaveLength(before.length + 1);
  });

  test("a terminal that changes its width is drawn afresh", () => {
    const { terminal, view } = liveView();
    view.update(snapshot());
    terminal.columns = 50;
    view.update(snapshot());
    expect(terminal.screen[0]).toMatch(/^Onhook demo/);
    expect(terminal.screen.filter((line) => line.startsWith("Onhook demo"))).toHaveLength(1);
  });

  test("the cursor is hidden while the panel lives and given back once", () => {
    const { terminal, view } = liveView();
    view.update(snapshot());
    expect(terminal.cursorShown).toBe(false);
    view.close();
    expect(terminal.cursorShown).toBe(true);
    const writes = terminal.writes.length;
    view.close();
    expect(terminal.writes).toHaveLength(writes);
  });

  test("the summary is the last line", () => {
    const { terminal, view } = liveView();
    view.update(snapshot());
    view.end({ ...verdict, lost: 1, problems: ["CRM log: webhook 1 did not arrive"] });
    expect(terminal.cursorShown).toBe(true);
    expect(terminal.screen[0]).toBe("✗ CRM log: webhook 1 did not arrive");
    expect(terminal.screen.at(-2)).toBe(summaryLine({ ...verdict, lost: 1 }));
    expect(terminal.screen.at(-1)).toBe("");
  });
});

describe("where there is no terminal", () => {
  const written: string[] = [];

  test.each([
    ["a pipe", false, {}],
    ["CI", true, { CI: "true" }],
    ["NO_COLOR", true, { NO_COLOR: "1" }],
    ["a dumb terminal", true, { TERM: "dumb" }],
  ] as const)("%s gets plain lines, at most one a second", (_, isTTY, env) => {
    written.length = 0;
    let now = 0;
    const out = { isTTY, columns: 80, write: (text: string) => written.push(text) };
    const view = createDemoView({ out, now: () => now, env });
    for (; now < 3_000; now += 100) view.update(snapshot());
    view.line("✗ Call costs · Maison Verdier · 500 · dead after 3 attempts");
    view.end(verdict);
    expect(view.live).toBe(false);
    expect(written).toHaveLength(5);
    expect(written.join("")).not.toContain("\x1b");
    expect(written[0]).toBe(
      "65 s: calls=1234 (20.0/s) matched=1000 webhooks=1300 delivered=1200 underway=4 retried=80 dead=9 waiting=2s:3\n",
    );
    expect(written.at(-1)).toBe("calls=200 matched=161 delivered=187 retried=40 dead=14 lost=0\n");
  });
});
