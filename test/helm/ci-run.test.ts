import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../support/e2e-program.ts";
import { readRepository } from "../support/markdown.ts";

/** What stands in for a machine: a folder with the programs that it has, each of which notes how it was called. */
let machine: string;

beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), "machine-"));
  for (const tool of ["dirname", "sed"]) await symlink(`/usr/bin/${tool}`, join(machine, tool));
  for (const program of [
    "java",
    "javac",
    "mvn",
    "npm",
    "python3",
    "chromium",
    "php",
    "promtool",
    "apt-get",
  ])
    await has(program, "");
});
afterEach(() => rm(machine, { recursive: true }));

async function has(program: string, body: string): Promise<void> {
  const file = join(machine, program);
  const note = `echo "${program} $*" >> "${machine}/called"`;
  await writeFile(file, `#!/bin/bash\n${note}\n${body}\n`);
  await chmod(file, 0o755);
}

const hasGo = (version: string): Promise<void> =>
  has("go", `echo "go version go${version} linux/amd64"`);

const offers = (go: string, packages = ""): Promise<void> =>
  has("apt-cache", `[ "$1" = policy ] && echo "  Candidate: ${go}" || echo -n "${packages}"`);

interface Run {
  readonly status: number;
  readonly stderr: string;
  /** What changed the machine or ran the tests. */
  readonly done: readonly string[];
}

async function ciRun(): Promise<Run> {
  const script = readRepository(".ci/run")
    .replaceAll("/usr/local/go", join(machine, "nowhere"))
    .replaceAll("/usr/sbin/dockerd", "/bin/bash");
  const env = { PATH: machine };
  const { status, stderr } = await new Promise<Omit<Run, "done">>((resolve) => {
    const words = ["--norc", "-c", script, join(repository, ".ci/run")];
    execFile("/bin/bash", words, { env }, (error, _, text) =>
      resolve({ status: error === null ? 0 : Number(error.code), stderr: text }),
    );
  });
  const called = await readFile(join(machine, "called"), "utf8").catch(() => "");
  const done = called.split("\n").filter((line) => /^(?:npm|apt-get) /.test(line));
  return { status, stderr, done };
}

test("a Go that is too old ends it at once, by one sentence", async () => {
  await has("docker", "");
  await hasGo("1.19.8");
  const { status, stderr, done } = await ciRun();
  expect({ status, done }).toEqual({ status: 1, done: [] });
  expect(stderr.trimEnd()).toMatch(
    /^The tests [^\n]* need Go 1\.24 or later, and this machine has 1\.19\.8:[^\n]*\.$/,
  );
});

test("no Go is installed where Debian's is too old", async () => {
  await has("docker", "");
  await offers("2:1.19~1");
  const { status, stderr, done } = await ciRun();
  expect({ status, done }).toEqual({ status: 1, done: ["apt-get update"] });
  expect(stderr).toContain("Debian's golang-go is 2:1.19~1");
});

test("Go and Docker's client are installed where Debian has them", async () => {
  await offers("2:1.24~2", "docker-cli - client");
  expect(await ciRun()).toEqual({
    status: 0,
    stderr: "",
    done: [
      "apt-get update",
      "apt-get install --yes --no-install-recommends golang-go docker-cli",
      "npm ci",
      "npm test",
    ],
  });
});

test("a browser, PHP and Python's environments are installed where they are missing", async () => {
  await has("docker", "");
  await hasGo("1.26.8");
  for (const program of ["chromium", "php"]) await rm(join(machine, program));
  await has("python3", '[ "$1" != -c ]');
  expect((await ciRun()).done).toEqual([
    "apt-get update",
    "apt-get install --yes --no-install-recommends chromium php-cli python3-venv",
    "npm ci",
    "npm test",
  ]);
});

test("nothing is installed where all is there, nor a client that Debian has no package of", async () => {
  await hasGo("1.26.8");
  await offers("2:1.24~2");
  const { done } = await ciRun();
  expect(done).toEqual(["apt-get update", "npm ci", "npm test"]);
  await has("docker", "");
  expect((await ciRun()).done.slice(done.length)).toEqual(["npm ci", "npm test"]);
});
