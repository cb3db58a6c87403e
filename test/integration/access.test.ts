import { expect, onTestFinished, test } from "vitest";
import { createAccess } from "../../src/app/access.ts";
import { createAuditing } from "../../src/app/auditing.ts";
import { loadAdminCodecs } from "../../src/app/codecs.ts";
import { createConnections } from "../../src/app/connections.ts";
import { loadConfig } from "../../src/config.ts";
import type { AnyEvent } from "../../src/observability/any-event.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { asked, contextOf, nothing, sentBack } from "../access/access-under-test.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { mustRun } from "../support/e2e-program.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const names = ownNames(stack, "access", { ONHOOK_ADMIN_SESSION_KEY: "k".repeat(40) });

/** One process of the admin role, as far as it is about who asks. */
async function started() {
  const events: AnyEvent[] = [];
  const around = {
    config: loadConfig({ env: names.env }),
    clock: systemClock,
    emit: (event: AnyEvent) => void events.push(event),
    kafkaLog: () => undefined,
    userAgent: "onhook/test",
  };
  const connections = createConnections(around);
  const codecs = await loadAdminCodecs(around, connections);
  const writer = createAuditing(around, connections, codecs);
  const access = createAccess(around, connections, codecs, writer);
  const stop = new AbortController();
  const running = access.services.map((service) => service.run(stop.signal, stop.signal));
  onTestFinished(async () => {
    stop.abort();
    await Promise.all(running);
    await writer[Symbol.asyncDispose]();
  });
  await access.tokens.whenCaughtUp(stop.signal);
  const ask = (text: string) =>
    access.authentication.authenticate(asked({ authorization: `Bearer ${text}` }));
  return { ...access, events, ask };
}

test("a token that one process makes counts in all, and in none once it is revoked in one; its sessions end, too", async () => {
  await mustRun(["topics", "apply"], { env: names.env });
  const first = (
    await mustRun(["token", "create", "--name", "ops", "--role", "operator"], names)
  ).trim();
  const [one, other] = [await started(), await started()];
  const context = contextOf(await one.ask(first));
  const body = { name: "CRM", scopes: [], expiresInDays: 1 };
  const params = { tenantId: "t1" };
  const made = await one.handlers.createTenantToken({ ...nothing, params, body }, context);
  const { secret, tokenId } = made.body;
  // Here at once; there as soon as it is read.
  expect(await one.ask(secret)).toMatchObject({ tenantId: "t1", role: "tenant-admin" });
  await expect.poll(() => other.ask(secret).catch(() => null)).toMatchObject({ tenantId: "t1" });

  const signedIn = await one.handlers.signIn(
    { ...nothing, body: { token: secret } },
    contextOf(null),
  );
  const session = asked({ cookie: sentBack(signedIn.cookies) });
  expect(await other.authentication.authenticate(session)).toMatchObject({ credential: "session" });

  await other.handlers.revokeToken(
    { ...nothing, params: { tokenId } },
    contextOf(await other.ask(first)),
  );
  await expect(other.ask(secret)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  expect(await other.authentication.authenticate(session)).toBeNull();
  await expect.poll(() => one.authentication.authenticate(session)).toBeNull();
  await expect(one.ask(secret)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  // One that starts later has never heard of it.
  await expect((await started()).ask(secret)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test("what is no token in the topic is refused by its key, and ends nothing", async () => {
  await mustRun(["topics", "apply"], { env: names.env });
  const one = await started();
  await using platform = await createPlatform(stack, names.topics);
  await platform.send(names.topics.tokens, "noise", Buffer.from("noise"));
  await platform.send(names.topics.tokens, "hostile", Buffer.from("0000000001ffffffff0f", "hex"));
  const printed = await mustRun(["token", "create", "--name", "ops", "--role", "support"], names);
  await expect
    .poll(() => one.ask(printed.trim()).catch(() => null))
    .toMatchObject({ role: "support" });
  const refused = one.events.filter(
    (event) => event.type === "token.applied" && event.result === "refused",
  );
  expect(refused.map((event) => "key" in event && event.key)).toEqual(["noise", "hostile"]);
});
