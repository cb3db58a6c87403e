import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { Seals } from "../admin/authentication/seals.ts";
import { SignInLinks } from "../admin/authentication/sign-in-links.ts";
import { pause, systemClock } from "../runtime/clock.ts";
import { choosePorts } from "../sandbox/free-ports.ts";
import { sampleTenants } from "../sandbox/sample-tenants.ts";

/** Where the demo's portal is, and what it signs in by: the same however often the service is started. */
export interface DemoPortal {
  readonly address: string;
  readonly sessionKey: string;
  readonly port: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** A port and a key that outlive the service: those of the environment, or a free one and a new one. */
export async function choosePortal(env: Env): Promise<DemoPortal> {
  const given = Number(env["ONHOOK_HTTP_PORT"] ?? "");
  const [port = 0] = given > 0 ? [given] : await choosePorts([undefined]);
  const sessionKey = env["ONHOOK_ADMIN_SESSION_KEY"] ?? randomBytes(32).toString("base64url");
  return { address: `http://127.0.0.1:${port}`, sessionKey, port };
}

const linkHours = 24;

/** A link that signs the first sample tenant's administrator in, and for whom it is. */
async function linkTo({ address, sessionKey }: DemoPortal): Promise<[string, string]> {
  const [tenant] = sampleTenants;
  const links = new SignInLinks(new Seals(sessionKey, systemClock), systemClock);
  const { tenantId = "", name = "" } = tenant ?? {};
  // Made where the key is, and so nobody's doing that the log of changes would tell of.
  const maker = { id: "command" };
  const visitor = { tenantId, name: "Visitor of the demo" };
  const { code } = await links.make(visitor, maker, linkHours * 3600);
  return [`${address}/en-GB/webhooks/sign-in#code=${code}`, name];
}

const lookEveryMs = 250;

async function answers(address: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // An agent of its own: the common one may be told to go by a proxy.
  get(`${address}/api/v1/sign-in-options`, { agent: false }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200);
  }).once("error", () => resolve(false)); // It does not listen yet.
  return await promise;
}

/** Once the portal answers, says where it is and how to get in; nothing where `signal` comes first. */
export async function tellPortal(
  portal: DemoPortal,
  yours: string,
  say: { readonly line: (text: string) => void; readonly portalAt: (address: string) => void },
  signal: AbortSignal,
): Promise<void> {
  while (!(await answers(portal.address))) {
    if (signal.aborted) return;
    await pause(systemClock, lookEveryMs, signal);
  }
  const [link, tenant] = await linkTo(portal);
  say.portalAt(portal.address);
  say.line(`The portal: ${portal.address}/`);
  say.line(`Sign in, once, as an administrator of ${tenant}: ${link}`);
  say.line(`A receiver for webhooks of your own: ${yours}`);
}
