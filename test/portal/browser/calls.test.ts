import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { triggerIds } from "../fake/fake-state.ts";
import { settled, startPortal } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

/** The id of the first call whose CDR is like that. */
function callWith(fields: Readonly<Record<string, unknown>>): string {
  const found = portal.state.calls.find(({ cdr }) =>
    Object.entries(fields).every(([name, value]) => cdr[name] === value),
  );
  if (found === undefined) throw new Error("no such call");
  return found.cdr.id;
}

describe("calls", () => {
  it("show names from callers as they are, and run nothing of them", async () => {
    const { page, complaints } = await portal.open("/calls");
    await settled(page);
    await page.getByText("<img src=x onerror=").first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    const turned = page.locator("bdi", { hasText: "Müller" }).first();
    expect(await turned.textContent()).not.toContain("•••");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("are found by their id", async () => {
    const id = callWith({ dir: 3 });
    const { page } = await portal.open("/calls");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("Enter the id of a call.").waitFor();
    await page.getByLabel("Find a call by its id").fill(` ${id} `);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What happened to the call" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/en-GB/webhooks/calls/${id}`);
    await page.context().close();
  });
});

describe("the story of a call in French", () => {
  it("has no English but what is said to be", async () => {
    const { sales, complaints, beyond } = triggerIds;
    const stored = portal.state.triggers.get(sales);
    if (stored === undefined) throw new Error("no such trigger");
    const createdAt = new Date(portal.state.now + 60_000).toISOString();
    portal.state.triggers.set(sales, { ...stored, trigger: { ...stored.trigger, createdAt } });
    const id = callWith({ dir: 2, type: 1 });
    const { page } = await portal.open(`/calls/${id}`, { locale: "fr-FR" });
    await settled(page);
    const card = (triggerId: string) =>
      page.locator("article", { has: page.locator(`a[href*="${triggerId}"]`) });
    await card(complaints).getByText("Le récepteur a répondu 410 Gone").waitFor();
    await card(sales)
      .getByText(/^Créé le /)
      .waitFor();
    await card(sales).locator(`time[datetime="${createdAt}"]`).waitFor();
    await card(beyond).getByText("Ce n’est pas une adresse https.").waitFor();
    expect(await page.locator("article [lang=en]").count()).toBe(0);
    expect(await page.locator("article").allInnerTexts()).not.toContainEqual(
      expect.stringMatching(/the trigger|refused|created/),
    );
    portal.state.triggers.set(sales, stored);
    await page.context().close();
  });
});

describe("the story of a call", () => {
  it("tells why a webhook did not fire, condition by condition, and leads to the condition", async () => {
    const id = callWith({ dir: 2, type: 1 });
    for (const [job, { delivery }] of portal.state.deliveries)
      if (delivery.cdrId === id) portal.state.deliveries.delete(job);
    const { page } = await portal.open(`/calls/${id}`);
    await settled(page);
    expect(await page.locator("p.lead").innerText()).toMatch(/of 4 webhooks/);
    const card = page.locator("article", { hasText: "Sales calls to the CRM" });
    await card.getByText("Did not fire").waitFor();
    const failed = card.locator("li.fails", { hasText: "Internal or external" });
    expect(await failed.innerText()).toMatch(/is\s+external\s+— the call has internal/);
    expect(await card.locator("li.holds").first().innerText()).toMatch(/Direction of the call/);
    await failed.getByRole("link", { name: "Edit this condition" }).click();
    const second = page.getByRole("group", { name: "Condition 2" });
    await second.locator("input:focus").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/en-GB/webhooks/${triggerIds.sales}`);
    await page.context().close();
  });

  it("names what else is in the way, in words", async () => {
    const { page } = await portal.open(`/calls/${callWith({ lost: 1 })}`);
    await settled(page);
    const beyond = page.locator("article", { hasText: "Everything to the data lake" });
    await beyond.getByText("but something else keeps it from firing:").waitFor();
    expect(await beyond.getByText("The licence does not cover this webhook.").count()).toBe(1);
    const off = page.locator("article", { hasText: "Lost calls out of hours" });
    await off.getByText("The webhook is switched off.").first().waitFor();
    expect(await page.locator("p.lead").innerText()).toContain("more matched");
    await page.context().close();
  });

  it("shows those that fired, or those that did not, and what was delivered", async () => {
    const [stored] = portal.state.deliveries.values();
    const { cdrId = "", jobId = "" } = stored?.delivery ?? {};
    const { page } = await portal.open(`/calls/${cdrId}`);
    await settled(page);
    await page.getByLabel("Show", { exact: true }).selectOption("not-fired");
    expect(await page.locator("article.fired").count()).toBe(0);
    await page.getByLabel("Show", { exact: true }).selectOption("fired");
    expect(await page.locator("article:not(.fired)").count()).toBe(0);
    await page.getByRole("link", { name: "Delivery", exact: true }).click();
    await page.waitForURL(`**/deliveries/${jobId}`);
    await page.context().close();
  });

  it("shows values in clear after a question, which is logged once", async () => {
    const id = callWith({ dir: 2 });
    const { page } = await portal.open(`/calls/${id}`);
    await settled(page);
    await page.getByRole("button", { name: "Show values" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show values" }).click();
    await page.getByText("+44700000").first().waitFor();
    const looks = portal.state.changes.filter(({ action, subject }) => {
      return action === "values.revealed" && subject === id;
    });
    expect(looks).toHaveLength(1);
    await page.context().close();
  });

  it("of a call that is not found asks when it came", async () => {
    const { page } = await portal.open("/calls/no-such-call");
    await page.getByText("This call was not found").waitFor();
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Enter a time that is before the other one.").waitFor();
    await page.getByLabel("It came after").fill("2026-01-01T10:00");
    const asked = page.waitForRequest(/calls\/no-such-call\?from=2026-01-01T10/);
    await page.getByRole("button", { name: "Search" }).click();
    expect((await asked).url()).toContain("from=2026-01-01T10%3A00%3A00.000Z");
    await page.context().close();
  });
});
