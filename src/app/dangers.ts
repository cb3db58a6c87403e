import { portsDeniedByDefault } from "../config.ts";
import type { Config } from "../config.ts";
import { insideKindsOf } from "../http/inside-kinds.ts";

/** A setting that opens what is closed by default, and what can happen because of it. */
export interface Danger {
  readonly setting: string;
  readonly danger: string;
}

function ofHttp({ dangerousAllowHttp }: Config["delivery"]): Danger[] {
  if (!dangerousAllowHttp) return [];
  const danger =
    "triggers may name http:// addresses: payloads and signatures can be read and changed on their way";
  return [{ setting: "delivery.dangerousAllowHttp", danger }];
}

function ofRanges({ allowedRanges }: Config["delivery"]): Danger[] {
  return allowedRanges.flatMap((range) => {
    const inside = insideKindsOf(range);
    if (inside.length === 0) return [];
    const danger = `${range} holds ${inside.join(", ")}: whoever may write triggers can send requests there`;
    return [{ setting: "delivery.allowedRanges", danger }];
  });
}

function ofPorts({ deniedPorts }: Config["delivery"]): Danger[] {
  const opened = Object.entries(portsDeniedByDefault)
    .filter(([port]) => !deniedPorts.includes(Number(port)))
    .map(([port, what]) => `${port} (${what})`);
  if (opened.length === 0) return [];
  const danger = `requests may go to ports that are denied by default: ${opened.join(", ")}`;
  return [{ setting: "delivery.deniedPorts", danger }];
}

function ofProxy({ proxy: { url, password } }: Config["delivery"]): Danger[] {
  if (password === null || url?.startsWith("http://") !== true) return [];
  const danger = "the proxy's password travels to it in the clear: its address is http://";
  return [{ setting: "delivery.proxy.password", danger }];
}

function ofCollector({ otlpEndpoint, headers }: Config["tracing"]): Danger[] {
  if (headers.length === 0 || otlpEndpoint?.startsWith("http://") !== true) return [];
  const danger = "what they hold travels to the collector in the clear: its address is http://";
  return [{ setting: "tracing.headers", danger }];
}

function ofProvider({ oidc: { issuer } }: Config["admin"]): Danger[] {
  if (issuer?.startsWith("http://") !== true) return [];
  const danger =
    "whoever is on the way to the provider can sign in as anybody: its address is http://";
  return [{ setting: "admin.oidc.issuer", danger }];
}

function ofPublicUrl({ publicUrl }: Config["admin"]): Danger[] {
  if (publicUrl?.startsWith("http://") !== true) return [];
  const danger =
    "tokens and cookies of sessions travel to the portal in the clear: its address is http://";
  return [{ setting: "admin.publicUrl", danger }];
}

/** What the operator should hear at each start, in the order of the settings. */
export function dangersOf({ delivery, tracing, admin }: Config): readonly Danger[] {
  const ofDelivery = [ofRanges, ofPorts, ofHttp, ofProxy].flatMap((find) => find(delivery));
  return [...ofDelivery, ...ofCollector(tracing), ...ofPublicUrl(admin), ...ofProvider(admin)];
}
