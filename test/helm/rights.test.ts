import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiOf } from "../support/api-client.ts";
import { startGuardedKafka } from "../support/chart/guarded-kafka.ts";
import type { GuardedKafka } from "../support/chart/guarded-kafka.ts";
import { guardedValues, topics } from "../support/chart/guarded-values.ts";
import { ofKind, rendered, theOne } from "../support/chart/render-chart.ts";
import type { Manifest } from "../support/chart/render-chart.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import type { Hooks } from "../support/e2e-hooks.ts";
import { plainEnv } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import type { Platform } from "../support/e2e-platform.ts";
import { mustRun, runProgram } from "../support/e2e-program.ts";
import { followAttempts, jobsOf, recordsOf } from "../support/e2e-records.ts";
import { callOf, callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { startService } from "../support/e2e-service.ts";
import type { LogLine, ServiceProcess } from "../support/e2e-service.ts";

const roles = ["match", "deliver", "admin"] as const;
type User = (typeof roles)[number] | "topics" | "operator";

let kafka: GuardedKafka;
let folder: string;
let manifests: readonly Manifest[];
let hooks: Hooks;
let platform: Platform;
let wellAgain = false;
const passwords = new Map<User, string>();
const services = new Map<User, ServiceProcess>();

/** The environment of the container of a pod: its variables, with the Secret's value in its place, and the file it has mounted. */
function envOf(user: User): Record<string, string> {
  const owner =
    user === "topics"
      ? theOne(manifests, "Job")
      : theOne(manifests, "Deployment", user === "operator" ? "admin" : user);
  const [{ env }] = owner.spec.template.spec.containers;
  const given = env.map(({ name, value, valueFrom }) => [
    name,
    valueFrom === undefined ? (value ?? "") : (passwords.get(user) ?? ""),
  ]);
  // No pod is the operators': they log in for themselves.
  const login: Record<string, string> =
    user !== "operator"
      ? {}
      : {
          ONHOOK_KAFKA_SASL_USERNAME: theOne(manifests, "KafkaUser", "-operator").metadata.name,
          ONHOOK_KAFKA_SASL_PASSWORD: passwords.get("operator") ?? "",
        };
  // What is mounted there is here.
  const mounted = {
    ONHOOK_CONFIG: join(folder, "onhook.yaml"),
    ONHOOK_HISTORY_FILE: join(folder, `${user}.sqlite`),
    ONHOOK_HTTP_PORT: "0",
  };
  return { ...plainEnv(), ...Object.fromEntries(given), ...login, ...mounted };
}

beforeAll(async () => {
  kafka = await startGuardedKafka();
  manifests = await rendered("small", guardedValues(kafka));
  folder = await mkdtemp(join(tmpdir(), "rights-"));
  const settings = ofKind(manifests, "ConfigMap").find(({ data }) => data?.["onhook.yaml"]);
  await writeFile(join(folder, "onhook.yaml"), settings?.data?.["onhook.yaml"] ?? "");
  for (const user of [...roles, "topics", "operator"] as const)
    passwords.set(user, await kafka.admit(theOne(manifests, "KafkaUser", `-${user}`)));
  hooks = await startHooks(({ path, attempt }) => {
    if (path === "/gone") return 410;
    if (path === "/second-time") return attempt === 1 ? 500 : 200;
    return path === "/well" || wellAgain ? 200 : 500;
  });
  const [{ args }] = theOne(manifests, "Job").spec.template.spec.containers;
  await mustRun(args, { env: envOf("topics") });
  platform = await createPlatform(kafka.stack, topics);
  // A topic whose first records retention has removed: the audit asks for how long it keeps them.
  await platform.send(topics.cdr, "removed", Buffer.from("no call"));
  await kafka.removeRecords(topics.cdr);
  for (const role of roles) {
    const [{ args: words }] = theOne(manifests, "Deployment", role).spec.template.spec.containers;
    services.set(role, startService(envOf(role), words.slice(1)));
  }
  for (const service of services.values()) await service.ready();
});

afterAll(async () => {
  for (const service of services.values()) await service[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hooks?.[Symbol.asyncDispose]();
  await kafka?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const service = (role: User): ServiceProcess => {
  const found = services.get(role);
  if (found === undefined) throw new Error(`no ${role} was started`);
  return found;
};

test("with the rights of its KafkaUser each role does all that it is there for", async () => {
  await using attempts = await followAttempts(kafka.stack, topics.attempts);
  const idea = (path: string, retries: number) =>
    triggerOf({ tenantId: newTenantId(), url: `${hooks.url}${path}`, action: { retries } });
  const [well, again, gone, failing] = [
    idea("/well", 0),
    idea("/second-time", 1),
    idea("/gone", 1),
    idea("/failing", 0),
  ] as const;
  await platform.putTriggers([well, again, gone, failing]);
  const calls = [well, again, gone].map(({ tenantId }) => callOf(tenantId));
  await platform.call(...calls);
  await platform.send(topics.cdr, "poison", Buffer.from("no call"));

  const delivered = (): ReadonlySet<string> =>
    new Set(
      attempts.all.filter(({ outcome }) => outcome === "delivered").map((each) => each.jobId),
    );
  const ids = [well, again].map(({ triggerId }, index) => webhookIdOf(calls[index]!, triggerId));
  await attempts.until(() => ids.every((id) => delivered().has(id)));
  await service("match").line(({ event }) => event === "cdr.invalid");
  await service("deliver").line(({ event }) => event === "trigger.disabled");
  expect((await recordsOf(kafka.stack, topics.changes)).map(({ key }) => String(key))).toEqual([
    gone.tenantId,
  ]);
  expect((await jobsOf(kafka.stack, topics.dead)).length).toBeGreaterThanOrEqual(1);

  const suspended = (): boolean =>
    service("deliver").log.some(({ event }) => event === "endpoint.suspended");
  for (let sent = 1; !suspended(); sent += 1) {
    await platform.call(callOf(failing.tenantId));
    const count = () => attempts.all.filter((each) => each.triggerId === failing.triggerId).length;
    await attempts.until(() => count() >= sent);
  }
  await platform.call(...callsOf(5, failing.tenantId));
  await service("deliver").line(({ event }) => event === "endpoint.redriven");
  wellAgain = true;
  await service("deliver").line(({ event }) => event === "endpoint.well");
  await service("admin").line(({ event }) => event === "audit.done");
  const lagRead = "onhook_group_lag_last_success_timestamp_seconds";
  while ((await service("admin").metric(lagRead)) === 0) await pause(50);

  for (const role of roles) {
    const refused = service(role).log.filter((line) => /authoriz/i.test(JSON.stringify(line)));
    expect(refused).toEqual([]);
  }
});

test("with the rights of its KafkaUser the admin role changes triggers, licences and tokens, and has webhooks sent again", async () => {
  await using attempts = await followAttempts(kafka.stack, topics.attempts);
  const args = ["token", "create", "--role", "operator", "--name", "a"];
  const { stdout } = await runProgram(args, { env: envOf("operator") });
  const { port } = await service("admin").line(({ msg }) => msg === "listening");
  const api = apiOf(`http://127.0.0.1:${Number(port)}`, /onhk_\S+/.exec(stdout)?.[0] ?? "");
  while ((await api.ask("GET", "/me")).status !== 200) await pause(500);
  const tenantId = newTenantId();
  const t = `/tenants/${tenantId}`;
  const must = async (status: number, ...asked: Parameters<typeof api.ask>) => {
    const answer = await api.ask(...asked);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
    return answer.text === "" ? {} : (answer.json() as Readonly<Record<string, string>>);
  };
  const headers = { "if-none-match": "*" };
  await must(200, "PUT", t, { body: { name: "Tenant" }, headers });
  const body = { name: "a", action: { url: `${hooks.url}/well` } };
  const { triggerId = "" } = await must(201, "POST", `${t}/triggers`, { body });
  await must(201, "POST", `${t}/tokens`, { body: { name: "a" } });
  // The process that matches reads it for itself, a moment later than the one that wrote it.
  const events = () => service("match").metric("onhook_store_events_total", { table: "triggers" });
  const written = await service("admin").metric("onhook_store_events_total", { table: "triggers" });
  while ((await events()) < written) await pause(20);
  const call = callOf(tenantId);
  await platform.call(call);
  const jobId = webhookIdOf(call, triggerId);
  const delivered = () => attempts.all.filter((each) => each.jobId === jobId).length;
  await attempts.until(() => delivered() === 1);
  while ((await api.ask("GET", `${t}/deliveries/${jobId}`)).status !== 200) await pause(100);
  await must(202, "POST", `${t}/deliveries/${jobId}/redeliver`);
  await attempts.until(() => delivered() === 2);
  const refused = service("admin").log.filter((line) => /authoriz/i.test(JSON.stringify(line)));
  expect(refused).toEqual([]);
});

test("with the rights of the KafkaUser for operators all of their commands work", async () => {
  await using attempts = await followAttempts(kafka.stack, topics.attempts);
  const run = async (args: readonly string[], stdin = ""): Promise<string> => {
    const { status, stdout, stderr } = await runProgram(args, { env: envOf("operator"), stdin });
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: expect.anything() });
    return stdout;
  };
  const trigger = triggerOf({
    tenantId: newTenantId(),
    url: `${hooks.url}/well`,
    action: { retries: 0 },
  });
  const { triggerId } = trigger;
  const delivered = () => attempts.all.filter((each) => each.triggerId === triggerId).length;
  await run(["trigger", "put", "-"], JSON.stringify(trigger));
  expect(await run(["trigger", "list"])).toContain(triggerId);
  const call = callOf(trigger.tenantId);
  await platform.call(call);
  await attempts.until(() => delivered() === 1);
  const explained = await run(["explain", "--trigger", triggerId, "--call", call.cdr.id]);
  expect(explained).toContain(call.cdr.id);
  const times = ["--from", "2020-01-01", "--to", new Date().toISOString()];
  await run(["replay", "calls", "--trigger", triggerId, ...times, "--yes"]);
  await attempts.until(() => delivered() === 2);
  expect(await run(["dead", "list", "--json"])).toContain("triggerId");
  expect(await run(["replay", "dead", "--all", "--yes"])).toContain("dead-");
  expect(await run(["token", "create", "--role", "support", "--name", "a"])).toContain("onhk_");
  const { stdout, stderr } = await runProgram(["audit", "--json"], { env: envOf("operator") });
  expect({ report: JSON.parse(stdout) as unknown, stderr }).toMatchObject({ report: {} });
  expect(stderr).not.toMatch(/authoriz/i);
});

test("what a role is not there for its user may not do", async () => {
  const trying = async (
    user: User,
    args: readonly string[],
    { stdin = "", env = {} } = {},
  ): Promise<string> => {
    const given = { env: { ...envOf(user), ...env }, stdin };
    const { status, stdout, stderr } = await runProgram(args, given);
    return `${status}: ${stdout}${stderr}`;
  };
  const trigger = triggerOf({ tenantId: newTenantId(), url: `${hooks.url}/well` });
  const answers = await Promise.all([
    trying("match", ["dead", "list"]),
    trying("topics", ["trigger", "list"]),
    trying("operator", ["topics", "apply"], { env: { ONHOOK_TOPICS_DEAD_NAME: "other.dead" } }),
    trying("match", ["trigger", "put", "-"], { stdin: JSON.stringify(trigger) }),
  ]);
  for (const answer of answers) expect(answer).toMatch(/^1: .*authoriz/is);
});

test("a deliver role without its right to the changes says so of a receiver that is gone, and keeps nobody from reading triggers meanwhile", async () => {
  await service("deliver").stop();
  const { spec, metadata, ...user } = theOne(manifests, "KafkaUser", "-deliver");
  const { authorization } = spec;
  const acls = authorization.acls.filter(({ resource }) => resource.name !== topics.changes);
  const name = `${metadata.name}-before`;
  const lesser = {
    ...user,
    metadata: { ...metadata, name },
    spec: { ...spec, authorization: { ...authorization, acls } },
  };
  const login = {
    ONHOOK_KAFKA_SASL_USERNAME: name,
    ONHOOK_KAFKA_SASL_PASSWORD: await kafka.admit(lesser),
  };
  await using deliver = startService({ ...envOf("deliver"), ...login }, ["--roles", "deliver"]);
  await deliver.ready();
  const [gone, later] = ["/gone", "/well"].map((path) =>
    triggerOf({ tenantId: newTenantId(), url: `${hooks.url}${path}` }),
  ) as [ReturnType<typeof triggerOf>, ReturnType<typeof triggerOf>];
  const isTold = ({ event }: LogLine): boolean => event === "trigger.not-disabled";
  await platform.putTrigger(gone);
  const retrying = deliver.line(({ event }) => event === "producer.retrying");
  // The first may come before the trigger is read; one that is not matched makes no job.
  while (!deliver.log.some(({ event }) => event === "producer.retrying")) {
    await platform.call(callOf(gone.tenantId));
    await pause(100);
  }
  expect(await retrying).toMatchObject({ topic: topics.changes });
  expect(JSON.stringify(await retrying)).toMatch(/authoriz/i);
  await platform.putTrigger(later);
  const ids: string[] = [];
  while (!ids.some((id) => hooks.counts.has(id))) {
    const call = callOf(later.tenantId);
    ids.push(webhookIdOf(call, later.triggerId));
    await platform.call(call);
    await pause(100);
  }
  expect(await deliver.line(isTold)).toMatchObject({
    triggerId: gone.triggerId,
    err: { code: "CONFIG_UNWRITTEN" },
  });
});
