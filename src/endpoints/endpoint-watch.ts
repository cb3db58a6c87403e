import type { Attempted, EndpointGate } from "../delivery/deliver-job.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import { replayHeader } from "../jobs/job-state.ts";
import type { Headers } from "../log/log-record.ts";
import { aborted } from "../runtime/aborted.ts";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Emit } from "../runtime/emit.ts";
import type { Service } from "../runtime/supervisor.ts";
import { Wake } from "../runtime/wake.ts";
import type { Trigger } from "../triggers/trigger.ts";
import { failsOnceMore, isFailing, isToBeSuspended, redriveId } from "./endpoint-health.ts";
import type { EndpointHealth, Failing, Failure, SuspensionRule } from "./endpoint-health.ts";
import { aboutEndpoint } from "./endpoint-events.ts";
import type { EndpointEvent } from "./endpoint-events.ts";
import type { Suspensions } from "./suspensions.ts";

export interface EndpointWatchDeps {
  readonly suspensions: Pick<Suspensions, "get" | "counts" | "suspendedTenants">;
  /** Port: publishes what is known of an endpoint; does not give up while the log is away. */
  readonly publish: (health: EndpointHealth) => Promise<void>;
  /** Port: switches a trigger off whose receiver is gone, unless somebody has changed it meanwhile. */
  readonly disable: (trigger: Trigger) => Promise<boolean>;
  readonly rule: SuspensionRule;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly emit: Emit<EndpointEvent>;
}

/** How long a trigger that could not be switched off is left alone, in ms: each of its jobs would have it tried again. */
const againAfterMs = 10_000;

/** Does what was decided; says how long the same need not be decided again. */
type Verdict = (deps: EndpointWatchDeps) => Promise<"done" | "a while" | "until the table has it">;

/** What was decided and is not done yet, in order. */
class ToDo {
  readonly keys: string[] = [];
  readonly wake = new Wake();

  add(key: string): void {
    this.keys.push(key);
    this.wake.set();
  }
}

/**
 * Watches what comes of requests. A long-failing endpoint is suspended, one whose probe is taken recovers, and a trigger
 * whose receiver is gone is switched off: each said on a topic, where every process, this one included, learns it from.
 * What is not published when the process ends comes up again with the next request.
 */
export class EndpointWatch implements EndpointGate, Service {
  readonly name = "endpoint watch";
  readonly #deps: EndpointWatchDeps;
  readonly #failing = new Map<string, Failing & Pick<Endpoint, "tenantId">>();
  /** What was decided and does not stand in the table yet, by endpoint or trigger. */
  readonly #decided = new Map<string, Verdict>();
  readonly #health = new ToDo();
  /** Apart from the others: a change that is refused takes its time, and nobody's suspension has to wait for it. */
  readonly #gone = new ToDo();

  constructor(deps: EndpointWatchDeps) {
    this.#deps = deps;
  }

  /** The probe is a job that the redrive of the endpoint has put back. */
  admits({ id }: Endpoint, headers: Headers): "send" | "probe" | "set-aside" {
    const health = this.#deps.suspensions.get(id);
    if (health?.state !== "suspended") return "send";
    const isProbe = headers[replayHeader]?.toString("utf8") === redriveId(health);
    return isProbe ? "probe" : "set-aside";
  }

  ended(attempted: Attempted): void {
    const { endpoint, outcome, trigger } = attempted;
    switch (outcome.kind) {
      case "delivered":
        this.#well(endpoint);
        return;
      case "failed":
        this.#failed(attempted, outcome);
        return;
      case "final":
        if (outcome.reason === "gone")
          this.#decide(trigger.triggerId, disabling(trigger), this.#gone);
        return;
      case "aborted":
        return;
      default:
        outcome satisfies never;
    }
  }

  /** To be told when the table has taken an event on: what was decided before it stands there, or is to be decided anew. */
  tableChanged(endpointId: string): void {
    this.#decided.delete(endpointId);
    this.#count();
  }

  async run(stop: AbortSignal): Promise<void> {
    // A switch-off that is under way when it has to stop is not waited for: the owner of its port gives it up.
    const switchingOff = Promise.race([this.#work(this.#gone, stop), aborted(stop)]);
    await Promise.all([this.#work(this.#health, stop), switchingOff]);
  }

  async #work({ wake, keys }: ToDo, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await wake.wait(stop);
      while (!stop.aborted) {
        const key = keys.shift();
        if (key === undefined) break;
        await this.#do(key, stop);
      }
    }
  }

  #well({ id }: Endpoint): void {
    if (this.#failing.delete(id)) this.#count();
    const health = this.#deps.suspensions.get(id);
    if (health?.state === "suspended")
      this.#decide(id, publishing({ ...health, state: "recovering" }));
  }

  #failed({ endpoint, trigger, beganAt }: Attempted, failure: Failure): void {
    const { reason, status } = failure;
    const before = this.#failing.get(endpoint.id);
    const { rule, clock, steadyClock, suspensions } = this.#deps;
    const steadyNow = steadyClock.now();
    const failing = failsOnceMore(before, { reason, status }, beganAt, steadyNow);
    this.#failing.set(endpoint.id, { ...failing, tenantId: endpoint.tenantId });
    if (isFailing(failing) !== (before !== undefined && isFailing(before))) this.#count();
    const known = suspensions.get(endpoint.id);
    const now = clock.now();
    if (known?.state === "suspended" || !isToBeSuspended(failing, rule, steadyNow)) return;
    const health: EndpointHealth = {
      endpointId: endpoint.id,
      tenantId: endpoint.tenantId,
      triggerId: trigger.triggerId,
      host: URL.parse(trigger.action.url)?.host ?? "",
      state: "suspended",
      // One that falls ill again while it recovers goes on with the same redrive.
      since: known?.since ?? now,
      failingSince: failing.since,
      failures: failing.failures,
      reason,
      status,
    };
    this.#decide(endpoint.id, publishing(health));
  }

  #decide(key: string, verdict: Verdict, toDo = this.#health): void {
    if (this.#decided.has(key)) return;
    this.#decided.set(key, verdict);
    toDo.add(key);
  }

  async #do(key: string, stop: AbortSignal): Promise<void> {
    try {
      const end = await this.#decided.get(key)?.(this.#deps);
      if (end === "done") this.#decided.delete(key);
      if (end === "a while")
        void pause(this.#deps.steadyClock, againAfterMs, stop).then(() =>
          this.#decided.delete(key),
        );
    } catch (error) {
      this.#decided.delete(key);
      this.#deps.emit({ type: "endpoint.held", error });
    }
  }

  #count(): void {
    const { suspensions, emit } = this.#deps;
    const { suspended, recovering } = suspensions.counts;
    let failing = 0;
    const failingTenants = new Set<string>();
    for (const [id, each] of this.#failing) {
      if (!isFailing(each) || suspensions.get(id)?.state === "suspended") continue;
      failing += 1;
      failingTenants.add(each.tenantId);
    }
    const tenants = { failing: failingTenants.size, suspended: suspensions.suspendedTenants };
    emit({ type: "endpoints.counted", failing, suspended, recovering, tenants });
  }
}

function publishing(health: EndpointHealth): Verdict {
  return async ({ publish, emit }) => {
    await publish(health);
    const about = aboutEndpoint(health);
    if (health.state === "suspended") emit({ type: "endpoint.suspended", ...about });
    else emit({ type: "endpoint.recovering", ...about });
    return "until the table has it";
  };
}

function disabling(trigger: Trigger): Verdict {
  const { triggerId } = trigger;
  return async ({ disable, emit }) => {
    const told = { triggerId, reason: "gone" } as const;
    try {
      if (await disable(trigger)) emit({ type: "trigger.disabled", ...told });
      return "done";
    } catch (error) {
      emit({ type: "trigger.not-disabled", ...told, error });
      return "a while";
    }
  };
}
