import { expect, it } from "vitest";
import { Silence } from "../../src/commands/demo-silence.ts";
import { createFakeClock } from "../support/fake-clock.ts";

it("waits for what is open as long as something goes on, however long, and no longer than 90 s when nothing does", async () => {
  const clock = createFakeClock();
  const silence = new Silence(clock);
  let waiting = true;
  const waited = silence.untilNone(() => 5).then(() => (waiting = false));
  for (let probe = 0; probe < 5; probe += 1) {
    await clock.advance(60_000);
    silence.end();
  }
  await clock.advance(89_000);
  expect(waiting).toBe(true);
  await clock.advance(1_100);
  await waited;
  expect(waiting).toBe(false);
});

it("ends as soon as nothing is open", async () => {
  const clock = createFakeClock();
  let open = 1;
  const waited = new Silence(clock).untilNone(() => open);
  await clock.advance(1_000);
  open = 0;
  await clock.advance(50);
  await expect(waited).resolves.toBeUndefined();
});
