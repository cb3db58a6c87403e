import { loadAdminCodecs, loadCodecs } from "../../src/app/codecs.ts";
import { createConnections } from "../../src/app/connections.ts";
import { createHistory } from "../../src/app/history.ts";
import { loadConfig } from "../../src/config.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { runTogether } from "../../src/runtime/run-together.ts";
import { Surveys } from "../../src/runtime/surveys.ts";
import "./quiet-warnings.ts";

// A process that does nothing but remember, for tests that kill it: it writes each event of the history as a line of JSON,
// and how things stand again and again. Ends in order on SIGTERM.

const stopper = new AbortController();
process.once("SIGTERM", () => stopper.abort());
const surveys = new Surveys();
const around = {
  config: loadConfig({ env: process.env }),
  clock: systemClock,
  surveys,
  kafkaLog: () => undefined,
  userAgent: "onhook/test",
  emit: (event: { readonly type: string }) => {
    if (event.type.startsWith("history.")) process.stdout.write(`${JSON.stringify(event)}\n`);
  },
};
const connections = createConnections(around);
const codecs = await loadCodecs(around, connections);
const adminCodecs = await loadAdminCodecs(around, connections);
await using history = createHistory(around, connections, codecs, adminCodecs);
const looks = setInterval(() => surveys.take(), 20);
await runTogether(history.services, stopper.signal, new AbortController().signal);
clearInterval(looks);
