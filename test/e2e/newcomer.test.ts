import { afterAll, expect, test } from "vitest";
import { startProgram } from "../support/e2e-lines.ts";
import { plainEnv } from "../support/e2e-names.ts";
import {
  addCondition,
  createWebhook,
  fillIn,
  openNewWebhook,
  sendTest,
} from "../support/newcomer.ts";
import { closeBrowser, signInBy, visitPortal } from "../support/portal-visit.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

afterAll(closeBrowser);

/** The README's steps. People read and type; a script does not, and has to be done in a part of their two minutes. */
const scriptMs = 60_000;

test(
  "a newcomer gets from the running demo to a webhook of their own, and the demo's books stay balanced",
  { timeout: 240_000 },
  async () => {
    const env = {
      ...plainEnv(),
      ONHOOK_KAFKA_BROKERS: stack.brokers.join(","),
      ONHOOK_REGISTRY_URL: stack.registryUrl,
    };
    await using demo = startProgram(["demo", "--rate", "10"], env, 230_000);
    const [, link = ""] = await demo.line(/Sign in, once, as [^:]+: (\S+)/);
    const [, yours = ""] = await demo.line(/receiver for webhooks of your own: (\S+)/);
    const began = performance.now();
    await using visit = await visitPortal({ url: new URL(link).origin });
    const { page } = visit;
    await signInBy(visit, link);
    await openNewWebhook(page);
    await fillIn(page, "My first webhook", yours);
    await addCondition(page, 1, { find: "dir", option: "dir · number", value: "2", chosen: true });
    await page.getByText(/^Excludes [\d,]+ recent calls?/).waitFor();
    await createWebhook(page);
    await sendTest(page);
    await demo.line(/→ yours · POST · test_\S+ · .*signed/);
    const [, id = ""] = await demo.line(
      /→ yours · POST · ([\da-f]{8}-[\da-f-]{27}) · attempt 1 .*signed/,
    );
    const took = performance.now() - began;
    console.log(`A newcomer's way to a first webhook took a script ${(took / 1000).toFixed(1)} s.`);
    expect(took).toBeLessThan(scriptMs);
    await visit.open(`/deliveries/${id}`);
    await page.getByText("Delivered at the first attempt.").waitFor();
    expect(visit.complaints).toEqual([]);
    await demo.stop("SIGINT");
    // On a busy machine a request may come twice, which the books name as well: that is no visitor's doing.
    const named = demo.lines.filter((line) => /^✗ .*webhook \S+ /.test(line));
    expect(named.filter((line) => !line.endsWith("arrived 2 times"))).toEqual([]);
    expect(demo.lines.at(-1)).toMatch(/^calls=\d+ matched=\d+ delivered=\d+ .* lost=0$/);
  },
);
