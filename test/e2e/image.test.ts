import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { choosePorts } from "../../src/sandbox/free-ports.ts";
import { webhookIdOf } from "../support/e2e-expected.ts";
import { startHooks } from "../support/e2e-hooks.ts";
import { ownNames } from "../support/e2e-names.ts";
import { createPlatform } from "../support/e2e-platform.ts";
import { jobsOf } from "../support/e2e-records.ts";
import { callsOf, newTenantId, triggerOf } from "../support/e2e-samples.ts";
import { copySources, imageBuilds } from "../support/image-build.ts";
import type { ImageBuilds } from "../support/image-build.ts";
import { confined, settingsOf, startContainer } from "../support/image-container.ts";
import { useEngine } from "../support/image-engine.ts";
import type { Engine } from "../support/image-engine.ts";
import { readRepository } from "../support/markdown.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let engine: Engine;
let builds: ImageBuilds;
let image: string;

const { version } = JSON.parse(readRepository("package.json")) as { readonly version: string };

/** Where a machine is busy, and everything has to be fetched first. */
const patienceMs = 600_000;

beforeAll(async () => {
  engine = await useEngine();
  builds = await imageBuilds(engine);
  image = await builds.build({
    args: { REVISION: "0123abc", SOURCE: "https://git.example.com/onhook" },
  });
}, patienceMs);

afterAll(async () => {
  await builds?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

/** Runs JavaScript in a container of the image, and reads what it prints. */
async function evaluate<T>(program: string): Promise<T> {
  const args = ["run", "--rm", ...confined, "--entrypoint", "node", image];
  return JSON.parse(await engine.docker([...args, "--print", `JSON.stringify(${program})`])) as T;
}

async function inspect<T>(format: string, name = image): Promise<T> {
  const json = await engine.docker(["image", "inspect", "--format", `{{json ${format}}}`, name]);
  return JSON.parse(json) as T;
}

test("the image says what it is, and holds Node, the packages of the lock file that are not for development, and no more", async () => {
  expect(await inspect(".Config.Labels")).toMatchObject({
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.revision": "0123abc",
    "org.opencontainers.image.source": "https://git.example.com/onhook",
  });
  const lock = JSON.parse(readRepository("package-lock.json")) as {
    readonly packages: Readonly<Record<string, { dev?: boolean; optional?: boolean }>>;
  };
  const needed = Object.entries(lock.packages)
    .filter(([path, { dev, optional }]) => path !== "" && dev !== true && optional !== true)
    .map(([path]) => path);
  const files = await evaluate<string[]>(
    `fs.globSync("**", { cwd: "/", exclude: (path) => /^(proc|sys|dev)$/.test(path) })`,
  );
  const has = new Set(files);
  expect(needed.filter((path) => !has.has(`onhook/${path}/package.json`))).toEqual([]);
  const strange = files
    .map((path) => /^onhook\/(.*node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1])
    .filter((path) => path !== undefined)
    .filter((path) => lock.packages[path] === undefined || lock.packages[path].dev === true);
  expect(strange).toEqual([]);
  expect(
    files.filter((path) => /(^|\/)bin\//.test(path) && !path.includes("node_modules")),
  ).toEqual(["usr/local/bin/node"]);
  console.log(`The image has ${Math.round((await inspect<number>(".Size")) / 1e6)} MB.`);
});

test("all of the image belongs to root, and nobody else can write to any of it but to the folder of the history", async () => {
  const { looked, open } = await evaluate<{ looked: number; open: string[] }>(
    `(() => {
      const all = fs.globSync("/{onhook,usr,lib*,var,etc,data}{,/**}");
      const open = all.filter((path) => {
        const found = fs.lstatSync(path);
        return found.uid !== 0 || (!found.isSymbolicLink() && (found.mode & 0o022) !== 0);
      });
      return { looked: all.length, open };
    })()`,
  );
  expect(looked).toBeGreaterThan(1000);
  expect(open).toEqual(["/data"]);
});

test("there is no shell in the image", async () => {
  const { status, stderr } = await engine.ask(["run", "--rm", "--entrypoint", "/bin/sh", image]);
  expect(status).toBe(127);
  expect(stderr).toContain("no such file or directory");
});

test(
  "the same sources make the same layers, at another time and in another folder",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "onhook-sources-"));
    try {
      await copySources(folder);
      const other = await builds.build({ folder, afresh: true });
      expect(await inspect(".RootFS.Layers", other)).toEqual(await inspect(".RootFS.Layers"));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  patienceMs,
);

test("another image with Node can be what it stands on", async () => {
  const node = builds.base ?? "node:24-bookworm-slim";
  const other = await builds.build({ args: { RUNTIME_IMAGE: node } });
  expect(await engine.docker(["run", "--rm", other, "--version"])).toBe(version);
});

test("settings that are wrong end the container with status 1, and are named", async () => {
  const args = ["run", "--rm", ...confined, "--env", "ONHOOK_HTTP_PORT=high", image];
  const { status, stderr } = await engine.ask(args);
  expect(status).toBe(1);
  expect(stderr).toContain("http.port");
});

test(
  "read-only and without rights it becomes healthy, delivers, and stops by SIGTERM with nothing lost or doubled",
  { timeout: patienceMs },
  async () => {
    const [port] = await choosePorts([undefined]);
    const { env, topics } = ownNames(stack, "image", { ONHOOK_HTTP_PORT: String(port) });
    const applied = ["run", "--rm", ...confined, ...settingsOf(env), image, "topics", "apply"];
    expect(await engine.docker(applied)).toContain(topics.jobs);
    // Enough to be in the middle of it; from then on requests wait until the stop has begun.
    const gate = Promise.withResolvers<number>();
    await using hooks = await startHooks(() => (hooks.counts.size > 200 ? gate.promise : 200));
    await using platform = await createPlatform(stack, topics);
    const trigger = triggerOf({ tenantId: newTenantId(), url: hooks.url });
    await platform.putTrigger(trigger);
    const calls = callsOf(1000, trigger.tenantId);
    const ids = calls.map((call) => webhookIdOf(call, trigger.triggerId));

    await using first = await startContainer(engine, image, env);
    await first.healthy();
    const rights = await first.evaluate(
      `fs.readFileSync("/proc/1/status", "utf8").match(/^(Uid|CapEff|CapBnd|NoNewPrivs):.*/gm).join()`,
    );
    expect(rights.replaceAll("\t", " ")).toBe(
      "Uid: 65532 65532 65532 65532,CapEff: 0000000000000000,CapBnd: 0000000000000000,NoNewPrivs: 1",
    );
    expect(await first.evaluate("fs.statSync(process.env.ONHOOK_HISTORY_FILE).isFile()")).toBe(
      "true",
    );
    const sending = platform.call(...calls);
    await hooks.until(() => hooks.counts.size > 200);
    const stopped = first.stop(30);
    await first.event("service.stopping");
    gate.resolve(200);
    expect(await stopped).toEqual({ exitCode: 0, killed: false });
    expect((await first.logs()).stderr).toBe("");
    await sending;
    expect(hooks.all.length).toBeLessThan(calls.length);

    await using second = await startContainer(engine, image, env);
    await hooks.until(() => hooks.counts.size === calls.length);
    expect(await second.stop(30)).toEqual({ exitCode: 0, killed: false });
    expect(ids.filter((id) => hooks.counts.get(id) !== 1)).toEqual([]);
    expect(hooks.all).toHaveLength(calls.length);
    const jobs = await jobsOf(stack, topics.jobs);
    expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(jobs.length);
  },
);
