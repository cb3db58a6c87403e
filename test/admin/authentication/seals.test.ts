import { expect, it } from "vitest";
import { Seals } from "../../../src/admin/authentication/seals.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const key = "k".repeat(32);

it("what is sealed for one thing is nothing for another, nor under another key", async () => {
  const clock = createFakeClock();
  const seals = new Seals(key, clock);
  const sealed = await seals.seal("session", { a: 1 }, clock.now() + 1000);
  expect(await seals.open("session", sealed)).toMatchObject({ a: 1 });
  expect(await seals.open("sign-in-link", sealed)).toBeNull();
  expect(await seals.open("oidc-sign-in", sealed)).toBeNull();
  expect(await new Seals("x".repeat(32), clock).open("session", sealed)).toBeNull();
  expect(await new Seals(key, clock).open("session", sealed)).toMatchObject({ a: 1 });
});

it("without a key that is set, each makes one of its own", async () => {
  const clock = createFakeClock();
  const sealed = await new Seals(null, clock).seal("session", {}, clock.now() + 1000);
  expect(await new Seals(null, clock).open("session", sealed)).toBeNull();
});

it("a seal holds until its time is over, in whole seconds, and says nothing of what is in it", async () => {
  const clock = createFakeClock();
  const seals = new Seals(key, clock);
  const sealed = await seals.seal("session", { who: "Ada" }, clock.now() + 5999);
  const parts = sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
  expect(parts.join()).not.toContain("Ada");
  await clock.advance(4999);
  expect(await seals.open("session", sealed)).toMatchObject({ who: "Ada" });
  await clock.advance(1);
  expect(await seals.open("session", sealed)).toBeNull();
});
