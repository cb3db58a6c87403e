/**
 * Serves the portal over an API in memory, to be looked at by hand: `node test/portal/serve.ts [port]`. Signed in by the
 * address that it prints, or by one of the tokens. Starts anew with what it had at the start.
 */
import { startFakeApi } from "./fake/fake-api.ts";
import { tokenTexts } from "./fake/fake-state.ts";

const api = await startFakeApi(undefined, Number(process.argv[2] ?? 0));
console.log(`${api.url}/en-GB/webhooks/sign-in?code=tenant-admin`);
console.log(`tokens: ${Object.values(tokenTexts).join(" ")}`);
