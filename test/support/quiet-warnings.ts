/**
 * Loaded before every test file. kafkajs computes a timer below zero on Node 24 and later, harmlessly, once per request,
 * and taking types out calls itself experimental; src/main.ts passes over the same two. All other warnings are shown.
 */
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  const isKnown =
    warning.name === "TimeoutNegativeWarning" ||
    warning.message.startsWith("stripTypeScriptTypes is an experimental feature");
  if (!isKnown) process.stderr.write(`${warning.stack ?? warning.message}\n`);
});
