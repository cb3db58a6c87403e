import { request } from "node:http";
import { join } from "node:path";
import type { Env } from "./programs.ts";

const patienceMs = 2000;

/** Whether a Docker daemon answers at one of the usual places within 2 s. Says nothing about images. */
export async function dockerAnswers(env: Env): Promise<boolean> {
  const answers = await Promise.all(
    daemonAddresses(env).map(async (address) => await pings(address)),
  );
  return answers.includes(true);
}

type Address = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** DOCKER_HOST alone when it is set, as Docker's own client does it; else where Docker and its desktops put their sockets. */
export function daemonAddresses(env: Env): readonly Address[] {
  const host = env["DOCKER_HOST"] ?? "";
  if (host.startsWith("unix://")) return [{ socketPath: host.slice("unix://".length) }];
  if (host !== "") {
    if (!URL.canParse(host)) return [];
    const { hostname, port } = new URL(host);
    return hostname === "" ? [] : [{ host: hostname, port: Number(port === "" ? 2375 : port) }];
  }
  const home = env["HOME"];
  const folders = ["/var/run", env["XDG_RUNTIME_DIR"], home && join(home, ".docker", "run")];
  return folders.flatMap((folder) =>
    folder === undefined || folder === "" ? [] : [{ socketPath: join(folder, "docker.sock") }],
  );
}

/** Any HTTP answer will do: a daemon behind TLS refuses a plain request, yet is there. */
async function pings(address: Address): Promise<boolean> {
  return await new Promise((resolve) => {
    const asked = request(
      { ...address, path: "/_ping", signal: AbortSignal.timeout(patienceMs) },
      (response) => {
        response.resume();
        resolve(true);
      },
    );
    asked.once("error", () => resolve(false));
    asked.end();
  });
}
