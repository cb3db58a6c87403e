import { loadAdminCodecs, loadCodecs } from "../app/codecs.ts";
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
  const followed = [
    followAttempts(run, silence, finished.signal),
    followChanges(run, finished.signal),
  ];
  const ends = followed.map(({ end }) => end);
  const redraw = setInterval(() => view.update(progress.snapshot()), viewEveryMs);
  try {
    const begun = Promise.all(followed.map(({ ready }) => ready));
    await Promise.race([begun, ...ends, ...dangers]);
    await Promise.race([callsAndTheirEnds(run, silence), ...ends, ...dangers]);
  } finally {
    finished.abort();
    clearInterval(redraw);
    await Promise.all(ends);
  }
  view.update(progress.snapshot());
  return run.ledger.verdict();
}

interface Followed {
  /** Nothing that is written from now on can be missed. */
  readonly ready: Promise<void>;
  /** Rejects when it can't go on. */
  readonly end: Promise<void>;
}

/** Hands over every record that comes to a topic, until `signal` is aborted. */
function follow(
  { connections }: DemoRun,
  topic: string,
  take: (value: Buffer | null) => Promise<void>,
  signal: AbortSignal,
): Followed {
  const { promise, resolve } = Promise.withResolvers<void>();
  const reader = createTopicReader(connections.kafka);
  return { ready: promise, end: reader.follow(topic, ({ value }) => take(value), signal, resolve) };
}

/** Enters every attempt that the service records. */
function followAttempts(run: DemoRun, silence: Silence, signal: AbortSignal): Followed {
  const { around, connections, ledger, progress, view } = run;
  const loaded = loadCodecs(around, connections);
  const take = async (value: Buffer | null): Promise<void> => {
    const attempt = await (await loaded).attempts.decode(value);
    silence.end();
    ledger.attemptSeen(attempt);
    const words = progress.attemptSeen(attempt);
    if (words !== undefined && !view.live) view.line(words);
  };
  return follow(run, around.config.topics.attempts.name, take, signal);
}

/** Enters what somebody does in the portal meanwhile. */
function followChanges(run: DemoRun, signal: AbortSignal): Followed {
  const { around, connections, ledger } = run;
  const loaded = loadAdminCodecs(around, connections);
  const take = async (value: Buffer | null): Promise<void> =>
    ledger.changeSeen(await (await loaded).changes.decode(value));
  return follow(run, around.config.topics.changes.name, take, signal);
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
