import { loadCodecs } from "../app/codecs.ts";
import type { Connections, Surroundings } from "../app/connections.ts";
import { createTopicReader } from "../kafka/topic-reader.ts";
import { pause } from "../runtime/clock.ts";
import type { DemoLedger, Verdict } from "../sandbox/demo-ledger.ts";
import type { DemoProgress } from "../sandbox/demo-progress.ts";
import type { DemoView } from "../sandbox/demo-view.ts";
import { sampleTenants } from "../sandbox/sample-tenants.ts";
import { createSimulator, demoStart } from "../sandbox/simulator.ts";
import { createCallSender } from "./demo-config.ts";
import { Silence } from "./demo-silence.ts";

export interface DemoOptions {
  /** How many calls; without it they go on until stopped. */
  readonly calls?: number;
  /** Calls per second. */
  readonly rate: number;
  /** The same seed makes the same calls. */
  readonly seed: number;
  /** End once all webhooks of the calls have ended. */
  readonly exit?: boolean;
}

export interface DemoRun {
  readonly around: Surroundings;
  readonly connections: Connections;
  readonly options: DemoOptions;
  readonly ledger: DemoLedger;
  readonly progress: DemoProgress;
  readonly view: DemoView;
  readonly stop: AbortSignal;
}

const viewEveryMs = 200;

/**
 * Sends the calls, follows what becomes of them, and says how it went. `dangers` reject when going on makes no sense.
 */
export async function runDemo(run: DemoRun, dangers: readonly Promise<never>[]): Promise<Verdict> {
  const { around, view, progress } = run;
  const silence = new Silence(around.clock);
  const finished = new AbortController();
  const { promise: following, resolve: ready } = Promise.withResolvers<void>();
  const attempts = follow(run, silence, finished.signal, ready);
  const redraw = setInterval(() => view.update(progress.snapshot()), viewEveryMs);
  try {
    await Promise.race([following, attempts, ...dangers]);
    await Promise.race([callsAndTheirEnds(run, silence), attempts, ...dangers]);
  } finally {
    finished.abort();
    clearInterval(redraw);
    await attempts;
  }
  view.update(progress.snapshot());
  return run.ledger.verdict();
}

/** Enters every attempt that the service records, until `signal` is aborted. */
async function follow(
  { around, connections, ledger, progress, view }: DemoRun,
  silence: Silence,
  signal: AbortSignal,
  ready: () => void,
): Promise<void> {
  const codecs = await loadCodecs(around, connections);
  const topic = around.config.topics.attempts.name;
  await createTopicReader(connections.kafka).follow(
    topic,
    async (record) => {
      const attempt = await codecs.attempts.decode(record.value);
      silence.end();
      ledger.attemptSeen(attempt);
      const words = progress.attemptSeen(attempt);
      if (words !== undefined && !view.live) view.line(words);
    },
    signal,
    ready,
  );
}

/** When stopped, no call is sent any more; what was sent is seen to its end. */
async function callsAndTheirEnds(run: DemoRun, silence: Silence): Promise<void> {
  await stream(run);
  const { around, ledger, options, stop, view } = run;
  if (options.exit !== true) await pause(around.clock, Number.POSITIVE_INFINITY, stop);
  if (stop.aborted && ledger.open > 0) {
    view.line(
      `Stopping; ${ledger.open} webhooks are still on their way. Ctrl-C again ends at once.`,
    );
  }
  silence.end();
  await silence.untilNone(() => ledger.open);
}

/** Sends the calls at their rate; each is entered before it is sent, so that no webhook can come unexpected. */
async function stream(run: DemoRun): Promise<void> {
  const { around, connections, options, ledger, progress, stop } = run;
  await using sender = await createCallSender(around, connections);
  const startAt = around.clock.now();
  const simulator = createSimulator({
    seed: options.seed,
    tenants: sampleTenants,
    startAt: demoStart.startAt,
  });
  const sends: Promise<void>[] = [];
  for (
    let sent = 0;
    sent < (options.calls ?? Number.POSITIVE_INFINITY) && !stop.aborted;
    sent += 1
  ) {
    const call = simulator.next();
    progress.callSent(ledger.callSent(call));
    sends.push(sender.send(call));
    // Awaited in turn, so that memory stays bounded however long the stream.
    if (sends.length >= 1000) await sends.shift();
    const wait = startAt + ((sent + 1) * 1000) / options.rate - around.clock.now();
    if (wait > 1) await pause(around.clock, wait, stop);
  }
  await Promise.all(sends);
}
