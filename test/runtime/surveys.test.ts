import { expect, it } from "vitest";
import { Surveys } from "../../src/runtime/surveys.ts";

it("takes each survey whenever it is asked, until that is disposed of", () => {
  const surveys = new Surveys();
  const told: string[] = [];
  surveys.add(() => void told.push("always"));
  {
    using _short = surveys.add(() => void told.push("for a while"));
    surveys.take();
  }
  surveys.take();
  expect(told).toEqual(["always", "for a while", "always"]);
});
