/** What a benchmark has left behind in .cache/bench. */
export interface Kept {
  readonly name: string;
  /** When, after ISO 8601. */
  readonly at: string;
  readonly machine: { readonly cores: number; readonly model: string; readonly node: string };
  /** The part of the processor time that the host gave to other machines. */
  readonly stolen: number;
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/** What each is to reach, in the order of the document. */
export const goals: Readonly<Record<string, string>> = {
  match:
    "0.2 jobs a call: 60 % of merely reading, 6 µs of processor time a call; no triggers: 85 % of merely reading; at most 512 MiB",
  triggers:
    "a call against 100,000 triggers of its tenant costs at most 1.5 times that against one",
  deliver:
    "all well: 55 % of undici alone; 10 % failing once: 85 %, one endpoint in a hundred hanging: 95 % of that",
  scale:
    "1, 2 and 4 processes of each role: nothing missing or double, and with as many of them as there are processors a call or a request costs the service at most 1.25 times what it costs with one",
  latency: "at 1,000 calls/s: half within 10 ms, 99 % within 50 ms",
  isolation: "the healthy ones' p99 beside bad endpoints is at most twice that without",
  backlog: "at most 512 MiB, and everything arrives",
  state:
    "1,000,000 triggers: ready within 10 s, at most 1 GiB, 99 % of changes in effect within 250 ms",
  history:
    "5,000,000 attempts: half of all answers within 100 ms while 10,000 attempts/s are fed, each written within a second",
  rolling:
    "three matchers and three deliverers replaced one by one under 5,000 calls/s: nothing missing or double, 99 % of first requests within 5 s",
};

const preface = `# Performance

What Onhook does in a second on one small machine, what it costs, and where the time goes. The figures are of one machine with the
brokers, the receivers and the load on the same two cores; ratios within one run say more than any of them. The host is shared,
and caches and memory with it: within an hour the first line of **match** has shown 5.99 µs a call beside merely reading at 2.12, and 11.8 beside 2.73.

- [Measuring](#measuring)
- [On your own brokers](#on-your-own-brokers)
- [Figures](#figures)
- [Where the time goes](#where-the-time-goes)
- [What was tried](#what-was-tried)
- [What more machines give](#what-more-machines-give)
- [Sizing](#sizing)

## Measuring

\`npm run bench\` runs all benchmarks on a sandbox of their own, \`npm run bench -- match\` one of them. Each says what it is measured
beside (the same calls merely read by kafkajs, as many records of the jobs' size merely written by it without transactions, the same
bodies sent by undici alone), checks that nothing is missing or double, and ends
with 1 where its goal is not reached. \`npm run performance\` writes this file from the results. \`npm run bench:small\` measures hot functions
one by one, \`npm run bench -- delivering\` what the deliver role takes for a request where no broker is, beside undici alone in the same
process. \`npm run bench -- deliver --only "all well"\` measures one variant. \`BENCH_PROFILES=<folder> npm run bench -- match\` has the
service write a profile, which \`node test/bench/profile.ts <file>\` sums up.

The rate of deliveries counts jobs by their first requests, refused or not, while the retries of those before go out beside them: by the
last job that is taken, a round would end when the last retry has waited for its rung.

## On your own brokers

\`onhook bench match\`, \`onhook bench deliver\` and \`onhook bench latency\` measure the same, in the same way, on the brokers of your settings: on
topics of their own, which they delete again. Rates follow from the machine, the brokers and the way between them; what to compare with the figures
below is the part of the raw limit of the same run, and the processor time of a call or a request. [operations.md](operations.md#measuring-your-own-cluster)
says what it needs, touches and leaves.

## Figures

`;

const afterword = `
## Where the time goes

**Match.** A call takes 2 µs of processor time where its tenant has no triggers; all but 0.2 of these are reading and the collector. Matched
against ten triggers of its own tenant, of a thousand, it takes 1.6 µs more: 0.6 to go over its bytes, the rest for memory that is not in the processor's cache when
the next tenant's call comes. A job takes 8 to 10 µs: to try the trigger, decode its fields, work out the id, encode the record, write it and have the collector clear up
after it; no part of that is a fifth of it. Up to 7,600 calls share a transaction of three trips in a row.

On a machine that has the brokers beside it, they take as much as the service. Of the processor time of one that was started a minute ago, half goes to its
compiler and a sixth to its collector: what a call costs it fell from 5.9 to 3.2 µs within a million calls. Of a short benchmark the service's own cost says more than the rate.

**Loading triggers.** Of 9 to 12 µs of processor time a trigger, some 3 go to reading its bytes and looking at them; the rest is fetching, the maps by
ids and tenants, telling and counting what was taken on, and the collector.

**Deliver.** Undici alone takes a third of what a request takes. A fifth or more is garbage collection, on the main thread and beside it: each of
the 512 requests under way, and of the jobs that wait, lives through a collection or two, and is copied each time. It grows with what one
object more takes per job, and shrinks where young objects may have more room (64 MiB in place of 16: a sixth of all). The write to the socket
takes a tenth, undici's own work a seventh, signature and payload a tenth together, the attempt's record some 5 µs.

## What was tried

| what | before | after | why |
| --- | --- | --- | --- |
| Batches decoded here, not by kafkajs | 1.5–2.3 µs a record | 0.1 | [decision 20](decisions/0020-own-codec-of-batches.md) |
| Batches encoded here | 8–13 µs a record | 0.4 | [decision 20](decisions/0020-own-codec-of-batches.md) |
| Triggers under their rarest condition | cost grows with their number | 1.1 times with 100,000 | [decision 19](decisions/0019-triggers-by-their-rarest-condition.md) |
| Calls looked up by their bytes | 5.9 µs a call | 3.4 | [decision 23](decisions/0023-calls-looked-up-by-their-bytes.md) |
| The memory of fetches used again | 8.4 µs a call without triggers | 2.2–2.4 | [decision 25](decisions/0025-the-memory-of-fetches.md) |
| Requests written in place, one copy of a record | 14.9 µs a call with 0.2 jobs | 9.5–10.2, with the line above and below | [request-body.ts](../src/kafka/request-body.ts) |
| Compiled conditions shared, each found trigger's fields alone | 13 µs a firing call, beyond the looking up | 10 | [condition-pool.ts](../src/triggers/condition-pool.ts) |
| Triggers kept as bytes and checked at a glance | 48 µs and 1.8 kB of heap to load one, 3.1 kB compiled | 9–12 µs, some 450 bytes | [decision 27](decisions/0027-triggers-kept-as-bytes.md) |
| Scheduling by endpoint, writers of their own | 769 requests/s | 6,274 | [decision 16](decisions/0016-scheduling-by-endpoint.md) |
| The memory of fetches and requests used again, signing keys kept, lines of the log not made | 6,274 requests/s, 247 µs each | 9,192, 171 µs | [decision 25](decisions/0025-the-memory-of-fetches.md) |
| Four times as much in a transaction (4 MiB for 1), two processes | 109,000 calls/s, the service 7.8 µs a call and the broker 9.8 | 138,000, 8.1 and 6.1; with one process no more calls/s, a tenth more of the service's time | the setting \`match.maxBatchBytes\` |
| Transactions of own requests, three trips in a row for nine | 38 µs a call with 2 jobs | 31 | [decision 26](decisions/0026-transactions-of-own-requests.md) |
| Finished records remembered by a ring, not by a map that is asked for its oldest key | up to 24 µs a record, more the longer it ran | 0.4 | [record-memory.ts](../src/delivery/record-memory.ts) |
| Offsets counted by the open ones and the runs between them | while a request hangs, all behind it gone over a hundred times a second | in proportion to what is open | [offset-tracker.ts](../src/delivery/offset-tracker.ts) |
| One timer, one listener and one object for requests under way, addresses taken apart once | 1.2 times undici with its own pool | 0.95 times | [sending.ts](../src/http/sending.ts) |
| Messages that kafkajs need not group | 2 KB of garbage a record | none | [one-partition.ts](../src/kafka/one-partition.ts) |
| The four above together, without a broker | 4.3 times undici alone | 3.3 times | [delivering.ts](../test/bench/delivering.ts) |

## What more machines give

\`npm run bench -- scale\` runs one, two and four processes of a role on one broker and says what all of them do together, and what a call and a
request cost them and the broker in processor time. Where everything shares two cores, rates can not tell what more machines give: what one process gains,
the broker or another process lacks. Cost can. Processes of a role share out partitions and ask each other nothing, so a call costs them much the same
however many they are; the benchmark holds that it is at most 1.25 times as much with as many of them as there are processors (more push each other out of those). As far as that holds, processes with cores of
their own add up until the brokers' cores are full, and the last line of each role reckons, from the cost here, how much a core of either takes. Partitions are led
by as many brokers as there are, and what they cost is shared out with them.

That is reckoned: it has not been measured on several machines here. \`onhook bench match --processes 4\` measures it on brokers that are elsewhere.

## Sizing

Count 12 µs of processor time for a call where one in five fires, 4 µs where none does, and 150 µs for a request: what they cost in a slow hour
of this machine, rounded up, as in [sizing.md](sizing.md#processes). A million calls an hour with 200,000 webhooks are then some 1.2 % of a core.
More processes of a role share the partitions of its topic, so give the topics as many partitions as you may ever want processes. With its
broker on other machines a process of the match role has its core to itself, and two have two.
`;

function section({ name, at, machine, stolen, lines, ok }: Kept): string {
  const day = at.slice(0, 10);
  const host = stolen > 0.02 ? `; ${(100 * stolen).toFixed(0)} % of it given to others` : "";
  return `### ${name}

Goal: ${goals[name] ?? "none"}. **${ok ? "Reached" : "Not reached"}** (${day}, ${machine.cores} × ${machine.model}, Node ${machine.node}${host}).

${lines.map((line) => `- ${line}`).join("\n")}
`;
}

/** docs/performance.md. */
export function renderPerformance(kept: readonly Kept[]): string {
  const known = Object.keys(goals).flatMap((name) => kept.filter((each) => each.name === name));
  return preface + known.map(section).join("\n") + afterword;
}
