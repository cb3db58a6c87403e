import type { Config } from "../config.ts";
import { createAddressGuard } from "../http/address-guard.ts";
import { createHttpSender } from "../http/undici-sender.ts";
import type { HttpSenderOptions, PooledSender } from "../http/undici-sender.ts";
import type { Surroundings } from "./connections.ts";

/** How long an idle connection to a receiver is kept, in ms. */
const keepAliveMs = 30_000;

function egressProxy({ url, username, password }: Config["delivery"]["proxy"]) {
  if (url === null) return {};
  const credentials = username === null || password === null ? null : { username, password };
  return { proxy: { url, credentials } };
}

/** What its users differ in. */
export type SenderUse = Pick<
  HttpSenderOptions,
  "maxResponseBytes" | "connectionsPerOrigin" | "keepsAnswers"
>;

/** The only way out to receivers, with its guard, as the settings say; for deliveries and tests alike. */
export function createSender(
  { config }: Surroundings,
  caBundle: string | undefined,
  use: SenderUse,
): PooledSender {
  const { timeoutMs, allowedRanges, deniedPorts, proxy } = config.delivery;
  return createHttpSender({
    ...use,
    timeoutMs,
    keepAliveMs,
    guard: createAddressGuard({ allowedRanges, deniedPorts }),
    ...(caBundle !== undefined && { caBundle }),
    ...egressProxy(proxy),
  });
}
