/** A process that starts a sandbox, says so, and would keep it for ever: for tests that kill it. */
import { startStack } from "../../src/sandbox/stack.ts";

const stack = await startStack({
  cacheDir: process.argv[2] ?? "",
  env: process.env,
  onProgress: (line) => console.error(line),
});
console.log(stack.registryUrl);
