import type { Engine } from "./image-engine.ts";

/** A container, with the rights that docs/operations.md gives it and no more. Disposing it removes it. */
export interface Container extends AsyncDisposable {
  readonly id: string;
  /** Resolves once Docker's own health check says so. Rejects when it says the opposite, or the container ends. */
  healthy(): Promise<void>;
  /** Runs a program of JavaScript inside, as the container's user; gives what it printed. */
  evaluate(program: string): Promise<string>;
  /** Resolves once the service has logged this event. */
  event(name: string): Promise<void>;
  /** `docker stop`; resolves with how it ended. */
  stop(graceSeconds: number): Promise<{ readonly exitCode: number; readonly killed: boolean }>;
  /** What it has printed so far. */
  logs(): Promise<{ readonly stdout: string; readonly stderr: string }>;
}

/** Nothing to write to, nobody's user, no capability; the host's network, since the sandbox is on loopback. */
export const confined =
  "--read-only --cap-drop ALL --security-opt no-new-privileges --network host".split(" ");

/** Its settings, of an environment, as arguments of `docker run`. */
export function settingsOf(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env)
    .filter(([name]) => name.startsWith("ONHOOK_"))
    .flatMap(([name, value]) => ["--env", `${name}=${value}`]);
}

export async function startContainer(
  engine: Engine,
  image: string,
  env: Readonly<Record<string, string>>,
): Promise<Container> {
  const limits = "--memory 512m --pids-limit 64 --health-interval 1s --health-start-period 120s";
  const how = [...confined, ...limits.split(" "), ...settingsOf(env)];
  const id = await engine.docker(["run", "--detach", ...how, image]);

  async function inspect(format: string): Promise<string> {
    return await engine.docker(["inspect", "--format", format, id]);
  }

  return {
    id,
    async healthy() {
      const which = [`container=${id}`, "event=health_status", "event=die"];
      const filters = which.flatMap((filter) => ["--filter", filter]);
      const events = ["events", "--since", "1h", "--format", "{{.Status}}", ...filters];
      const told = await engine.line(events, () => true);
      if (told === "health_status: healthy") return;
      const why = await inspect("{{json .State}}");
      throw new Error(`${told}: ${why} ${await engine.docker(["logs", "--tail", "5", id])}`);
    },
    async event(name) {
      await engine.line(["logs", "--follow", id], (line) => line.includes(`"event":"${name}"`));
    },
    evaluate: async (program) => await engine.docker(["exec", id, "node", "-p", program]),
    async stop(graceSeconds) {
      await engine.docker(["stop", "--time", String(graceSeconds), id]);
      const [code, killed] = (await inspect("{{.State.ExitCode}} {{.State.OOMKilled}}")).split(" ");
      return { exitCode: Number(code), killed: killed === "true" };
    },
    logs: async () => await engine.ask(["logs", id]),
    async [Symbol.asyncDispose]() {
      await engine.docker(["rm", "--force", id]);
    },
  };
}
