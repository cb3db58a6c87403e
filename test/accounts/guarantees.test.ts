import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scenarios } from "../faults/catalogue.ts";
import { renderGuarantees, totalsOf } from "../faults/guarantees.ts";
import type { Row } from "../faults/rows.ts";
import { readRepository, tableRows } from "../support/markdown.ts";

const row: Row = {
  scenario: "kill-match",
  seed: 7,
  calls: 1000,
  jobs: 900,
  delivered: 800,
  dead: 90,
  cancelled: 10,
  destroyed: 0,
  lost: 0,
  doubled: 0,
  repeated: 3,
  inFlight: 12,
};

describe("docs/guarantees.md", () => {
  const document = readRepository("docs/guarantees.md");

  it("describes every scenario that there is", () => {
    const described = tableRows(document, ["scenario", "what happens", "file"]);
    expect(described.map(([name, what]) => [name, what])).toEqual(
      Object.entries(scenarios).map(([name, { what }]) => [`\`${name}\``, what]),
    );
  });

  it("adds up the runs of a scenario", () => {
    const made = renderGuarantees(scenarios, totalsOf([row, { ...row, seed: 6, repeated: 1 }]));
    expect(made).toContain(
      "| kill-match | 2 | 2,000 | 1,800 | 1,600 | 180 | 20 | 0 | 0 | 0 | 4 | 24 |",
    );
    expect(made).toContain("| kill-match | 6, 7 |");
  });
});

describe("the scenarios", () => {
  it("are those that the files of test/faults/scenarios run", () => {
    const folder = new URL("../faults/scenarios", import.meta.url);
    const named = readdirSync(folder).flatMap((file) =>
      [...readRepository(`test/faults/scenarios/${file}`).matchAll(/"((?:[a-z]+-)+[a-z]+)"/g)]
        .map(([, name = ""]) => name)
        .filter((name) => name in scenarios)
        .map((name) => [name, file]),
    );
    const described = Object.entries(scenarios).map(([name, { file }]) => [name, file]);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(described));
  });
});
