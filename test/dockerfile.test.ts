import { expect, test } from "vitest";
import { readRepository } from "./support/markdown.ts";

const dockerfile = readRepository("Dockerfile");
const project = JSON.parse(readRepository("package.json")) as {
  readonly version: string;
  readonly files: readonly string[];
  readonly devDependencies: { readonly node: string };
};

/** The default of a build argument. */
function argument(name: string): string | undefined {
  return new RegExp(`^ARG ${name}=(\\S+)$`, "m").exec(dockerfile)?.[1];
}

test("the image is labelled with the version of package.json", () => {
  expect(argument("VERSION")).toBe(project.version);
});

test("the image is built with the Node that the tests run on", () => {
  const [major] = project.devDependencies.node.split(".");
  expect(argument("BUILD_IMAGE")).toBe(`node:${major}-bookworm-slim`);
});

test("the image has each folder that package.json says is needed", () => {
  const copied = [...dockerfile.matchAll(/^COPY (\w+) \.\/\1$/gm)].map(([, folder]) => folder);
  expect(new Set(copied)).toEqual(new Set(project.files));
});

test("base images are arguments, and the defaults name no registry", () => {
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect(bases).toEqual(["${BUILD_IMAGE}", "scratch", "${RUNTIME_IMAGE}"]);
  for (const name of ["BUILD_IMAGE", "RUNTIME_IMAGE"])
    expect(argument(name)).toMatch(/^[\w-]+(:[\w.-]+)?$/);
});
