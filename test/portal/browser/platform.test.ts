import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { principalOf, tenantOne, tenantTwo } from "../fake/fake-state.ts";
import { settled, startPortal, violationsOf } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

const patience = { timeout: 15_000 };
const operator = { role: "operator" } as const;
const support = { role: "support" } as const;

describe("tenants", () => {
  it("are searched and chosen, and from then on looked at", async () => {
    const { page, complaints } = await portal.open("/tenants", support);
    await settled(page);
    await page.getByText("Webhooks: 4 of 10").waitFor();
    await page.getByLabel("Find a tenant").fill("empty");
    await expect.poll(() => page.locator("tbody tr").count(), patience).toBe(1);
    await page.getByRole("link", { name: "Empty & Co" }).click();
    await page.waitForURL(`**/webhooks?tenant=${tenantTwo}`);
    await page.locator("a.tenant", { hasText: "Empty & Co" }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("have licences that operators change, and support does not", async () => {
    const { page } = await portal.open("/tenants", operator);
    await page.getByRole("button", { name: "Change the licence: Empty & Co" }).click();
    const limit = page.getByRole("dialog").getByLabel("Maximum number of webhooks");
    await limit.fill("five");
    await page.getByRole("dialog").getByText("Enter a whole number, or nothing.").waitFor();
    await limit.fill("5");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Webhooks: 0 of 5").waitFor();
    expect(portal.state.tenants.get(tenantTwo)?.maxTriggers).toBe(5);
    await page.context().close();
    const other = await portal.open("/tenants", support);
    await other.page.getByText("Webhooks: 0 of 5").waitFor();
    expect(await other.page.getByRole("button", { name: /licence/i }).count()).toBe(0);
    await other.page.context().close();
  });

  it("keep what somebody else has changed meanwhile", async () => {
    const { page } = await portal.open("/tenants", operator);
    await page.getByRole("button", { name: "Change the licence: Wayne Telecom" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Mine");
    const tenant = portal.state.tenants.get(tenantOne);
    if (tenant === undefined) throw new Error("no tenant");
    portal.state.tenants.set(tenantOne, { ...tenant, name: "Theirs" });
    portal.state.tenantVersions.set(tenantOne, 7);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Somebody changed this licence meanwhile.").waitFor();
    await expect.poll(() => dialog.getByLabel("Name").inputValue(), patience).toBe("Theirs");
    expect(portal.state.tenants.get(tenantOne)?.name).toBe("Theirs");
    await page.context().close();
  });

  it("are let in by a link, which is shown once", async () => {
    const { page } = await portal.open("/tenants", operator);
    await page.getByRole("button", { name: "Make a sign-in link: Empty & Co" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    await dialog.getByText("Enter a name.").waitFor();
    await dialog.getByLabel("Who is it for?").fill("Grace");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    const link = dialog.getByRole("region", { name: "The sign-in link" });
    expect(await link.textContent()).toMatch(/^http:\S+\/en-GB\/webhooks\/sign-in/);
    await page.context().close();
  });
});

describe("dead letters", () => {
  it("of all tenants lead to the delivery of theirs", async () => {
    const { page } = await portal.open("/dead-letters", support);
    await page.getByText("10 of 10").waitFor();
    await page.getByLabel("Webhook's id").fill("half an id");
    await page.getByText("This is not the id of a webhook.").waitFor();
    await page.getByLabel("Webhook's id").fill("");
    await page.getByLabel("Why").selectOption("timeout");
    await page.getByText("There are none, or none matches.").waitFor();
    await page.getByLabel("Why").selectOption("status");
    await page.locator("tbody a[href*='deliveries/']").first().click();
    await page.waitForURL(`**/deliveries/*?tenant=${tenantOne}`);
    await page.getByText("Not delivered:").waitFor();
    expect(new URL(page.url()).searchParams.get("tenant")).toBe(tenantOne);
    await page.context().close();
  });
});

describe("tokens", () => {
  it("are made with chosen rights, shown once, and revoked", async () => {
    const { page, complaints } = await portal.open("/tokens");
    await settled(page);
    await page.getByText("expired", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Make a token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("For a test");
    await dialog.getByLabel("Give it some rights only").check();
    await dialog.getByRole("button", { name: "Make a token" }).click();
    await dialog.getByRole("alert").getByText("Choose at least one right.").waitFor();
    await dialog.getByLabel("triggers:read").check();
    await dialog.getByLabel("Expires after").selectOption("30");
    await dialog.getByRole("button", { name: "Make a token" }).click();
    const secret = await page.getByRole("region", { name: "The token" }).textContent();
    expect(secret).toMatch(/^onhook_/);
    await page.getByRole("button", { name: "I have copied it" }).click();
    const made = [...portal.state.tokens.values()].find(({ name }) => name === "For a test");
    expect(made?.scopes).toEqual(["triggers:read"]);
    expect(await page.content()).not.toContain(secret ?? "");
    await page.getByRole("button", { name: "Revoke: For a test" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("cell", { name: "For a test" }).waitFor({ state: "detached" });
    expect(portal.state.tokens.has(made?.tokenId ?? "")).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([
    ["en-GB", "Tokens can not be made or revoked here", "You came by a sign-in link."],
    ["fr-FR", "Aucun jeton ne peut être créé", "Vous êtes venu par un lien de connexion."],
  ])(
    "can't be made by who came by a link, which is said in words: %s",
    async (locale, ...texts) => {
      const admin = principalOf("tenant-admin");
      const scopes = new Set([...admin.scopes].filter((scope) => scope !== "tokens:write"));
      portal.state.sessions.set("linked", { ...admin, id: "link:1", scopes });
      const { page, complaints } = await portal.open("/tokens", { locale });
      await settled(page);
      expect(await page.locator(".notice").count()).toBe(0);
      const cookie = { name: "onhook_session", value: "linked", url: portal.api.url };
      await page.context().addCookies([cookie]);
      await page.reload();
      for (const text of texts) await page.locator(".notice").getByText(text).waitFor();
      await page.getByText("CRM provisioning").waitFor();
      expect(await page.locator("main button").count()).toBe(0);
      expect(await violationsOf(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it("are read page by page, however many there are", async () => {
    const { tokens } = portal.state;
    const some = [...tokens.values()].find(({ tenantId }) => tenantId === tenantOne);
    const added = Array.from({ length: 60 }, (_, index) => `many-${index}`);
    for (const tokenId of added)
      tokens.set(tokenId, { ...(some as NonNullable<typeof some>), tokenId, name: tokenId });
    const { page } = await portal.open("/tokens");
    await settled(page);
    const rows = page.locator("tbody tr");
    expect(await rows.count()).toBe(50);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("many-59").waitFor();
    expect(await rows.count()).toBeGreaterThan(60);
    for (const tokenId of added) tokens.delete(tokenId);
    await page.context().close();
  });

  it("of the whole platform are an operator's where no tenant is chosen", async () => {
    const { page } = await portal.open("/tokens", operator);
    await page.getByRole("heading", { name: "All API tokens" }).waitFor();
    await page.getByText("Support desk").waitFor();
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByRole("dialog").getByLabel("Role").selectOption("operator");
    await page.getByRole("dialog").getByLabel("Name").fill("Platform");
    await page.getByRole("dialog").getByRole("button", { name: "Make a token" }).click();
    await page.getByRole("region", { name: "The token" }).waitFor();
    const made = [...portal.state.tokens.values()].find(({ name }) => name === "Platform");
    expect(made).toMatchObject({ role: "operator", tenantId: null });
    await page.context().close();
  });
});

describe("changes", () => {
  it("tell in words who did what, each kind of them", async () => {
    const { page } = await portal.open("/changes");
    await settled(page);
    const table = page.getByRole("table");
    await table.getByText("Made a new signing secret").waitFor();
    await table.getByText("Looked at unmasked values").waitFor();
    expect(await table.textContent()).not.toMatch(/changes\.action|trigger\.created/);
    await page.context().close();
  });

  it.each([
    ["en-GB", "Onhook, by itself", "The receiver answered 410 Gone."],
    ["fr-FR", "Onhook, de lui-même", "Le récepteur a répondu 410 Gone."],
  ])("of the service itself are told as such, with the reason: %s", async (locale, who, why) => {
    const { page } = await portal.open("/changes", { locale });
    await settled(page);
    const row = page.getByRole("row").filter({ hasText: why });
    expect(await row.getByRole("cell").first().innerText()).toBe(`${who}\ndeliver`);
    await page.context().close();
  });

  it("of one webhook are shown alone", async () => {
    const { page } = await portal.open("/changes");
    await settled(page);
    await page
      .getByLabel("Webhook", { exact: true })
      .selectOption({ label: "Sales calls to the CRM" });
    await page.waitForURL("**/changes?trigger=*");
    await settled(page);
    expect(await page.getByText("Made a token").count()).toBe(0);
    await page.getByText("Changed a webhook").waitFor();
    await page.context().close();
  });
});

describe("a replay", () => {
  it("that failed says why in the language of the page, and marks up what is English", async () => {
    const replay = {
      kind: "dead",
      triggerId: null,
      state: "failed",
      startedAt: new Date(portal.state.now).toISOString(),
      endedAt: new Date(portal.state.now).toISOString(),
      read: 1,
      end: 2,
      matched: 1,
      written: 1,
      skipped: 0,
    } as const;
    const errors = ["REPLAY_INTERRUPTED: the log was away", "TOPIC_MISSING: there is no topic"];
    for (const error of errors)
      portal.state.replays.set(error, { ...replay, replayId: error.slice(0, 5), error });
    const { page } = await portal.open("/replays", { locale: "fr-FR" });
    await settled(page);
    const card = (error: string) => page.getByRole("article").filter({ hasText: error });
    await card("the log was away").getByText("Le renvoi a été interrompu.").waitFor();
    await card("there is no topic").getByText("Le renvoi n’a pas pu se poursuivre.").waitFor();
    expect(await page.locator("article [lang=en]").allInnerTexts()).toEqual(
      expect.arrayContaining(errors),
    );
    for (const error of errors) portal.state.replays.delete(error);
    await page.context().close();
  });

  it("is asked for whole, started after a question, followed and stopped", async () => {
    const { page, complaints } = await portal.open("/replays");
    await settled(page);
    await page.getByLabel("What").selectOption("calls");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("Choose a webhook.", { exact: true }).waitFor();
    await page.getByLabel("What").selectOption("dead");
    await page.getByLabel("Why it was not delivered").selectOption("timeout");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    const card = page.getByRole("article");
    await card.getByText("40%").waitFor();
    const [id, replay] = [...portal.state.replays.entries()].at(-1) ?? [];
    if (id === undefined || replay === undefined) throw new Error("no replay was started");
    portal.state.replays.set(id, { ...replay, read: 75 });
    await card.getByText("75%").waitFor();
    await card.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
    await card.getByText("Stopped").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
