import { expect, it } from "vitest";
import { createProgressLine } from "../../src/commands/progress-line.ts";
import type { ReplayProgress } from "../../src/replay/run-replay.ts";

const at = (read: number): ReplayProgress => ({
  read,
  end: 200,
  matched: read,
  written: read,
  skipped: 0,
  parts: [],
});

function shown(isTTY: boolean) {
  let now = 0;
  let text = "";
  const write = (more: string): void => void (text += more);
  const line = createProgressLine({ isTTY, columns: 80, write }, { now: () => now });
  return {
    line,
    wait: (ms: number) => void (now += ms),
    get text() {
      return text;
    },
  };
}

it("is a bar that is drawn over itself in a terminal, not with every step, and ends with the last", () => {
  const terminal = shown(true);
  terminal.line.update(at(0));
  terminal.line.update(at(50));
  terminal.wait(100);
  terminal.line.update(at(100));
  terminal.line.update(at(200));
  terminal.line.close();
  const frames = terminal.text.split("\r").slice(1);
  expect(frames.map((frame) => /(\d+) %/.exec(frame)?.[1])).toEqual(["0", "50", "100"]);
  expect(frames[1]).toContain(`${"█".repeat(15)}${"░".repeat(15)}`);
  expect(terminal.text.endsWith("\n")).toBe(true);
});

it("is a plain line every few seconds elsewhere", () => {
  const pipe = shown(false);
  pipe.line.update(at(10));
  pipe.wait(5000);
  pipe.line.update(at(20));
  pipe.line.update(at(30));
  pipe.line.close();
  expect(pipe.text).toBe("read 20 of 200, replayed 20\n");
});
