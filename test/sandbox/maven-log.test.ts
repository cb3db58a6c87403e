import { expect, test } from "vitest";
import { downloadSize, mavenFailure } from "../../src/sandbox/maven-log.ts";

test("files count when they are there, by the size that Maven tells", () => {
  const log = [
    "[INFO] Downloading from central: https://repo.example/a-1.pom",
    "[INFO] Downloaded from central: https://repo.example/a-1.pom (19 kB at 113 kB/s)",
    "[INFO] Downloaded from central: https://repo.example/a-1.jar (1.6 MB at 9.9 MB/s)",
    "[INFO] Downloaded from mirror: https://repo.example/b-1.tar.gz (142 MB at 171 MB/s)",
    "[INFO] Downloading from central: https://repo.example/c-1.jar",
  ].join("\n");
  expect(downloadSize(log)).toBe("3 files, 144 MB");
});

test("before the first file there are none", () => {
  expect(downloadSize("[INFO] Scanning for projects...")).toBe("0 files, 0 MB");
});

test("a failure is told by Maven's first error line, not by its pointers to help", () => {
  const log = [
    "[INFO] BUILD FAILURE",
    "[ERROR] ",
    "[ERROR] Failed to execute goal: Could not resolve dependencies: Unknown host -> [Help 1]",
    "[ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN",
  ].join("\n");
  expect(mavenFailure(log)).toMatch(/^Failed to execute goal: .*Unknown host/);
});

test("a Maven that does not even start is told by its last words", () => {
  const log = "Hello\nThe JAVA_HOME variable is wrong,\nbut needed.\n\n";
  expect(mavenFailure(log)).toBe("The JAVA_HOME variable is wrong, but needed.");
});
