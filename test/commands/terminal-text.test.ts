import { expect, test } from "vitest";
import { table } from "../../src/commands/table.ts";
import { jsonLine, visible } from "../../src/commands/terminal-text.ts";

const hostile = "a\u001b[2Jb\u009bc\nd\u007f é\u{1f600}";
const shown = String.raw`a\u001b[2Jb\u009bc\u000ad\u007f ` + "é\u{1f600}";

test("control characters of a text are shown, not obeyed; all else stays", () => {
  expect(visible(hostile)).toBe(shown);
});

test("a table's cells are, before they are aligned", () => {
  expect(table(["A", "B"], [["\u001b", "x"]])).toEqual(["A       B", String.raw`\u001b  x`]);
});

test("JSON is, those too that JSON leaves alone, and reads back the same", () => {
  const line = jsonLine({ name: hostile });
  expect(line).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(line)).toEqual({ name: hostile });
});
