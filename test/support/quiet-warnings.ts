/**
 * Loaded before every test file. kafkajs computes a timer below zero on Node 24 and later, harmlessly, once per request;
 * src/main.ts passes over the same one. All other warnings are shown.
 */
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "TimeoutNegativeWarning")
    process.stderr.write(`${warning.stack ?? warning.message}\n`);
});
