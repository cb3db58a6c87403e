import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addAttempt } from "../fake/fake-deliveries.ts";
import type { StoredDelivery } from "../fake/fake-state.ts";
import { settled, startPortal } from "./portal-under-test.ts";
import type { PortalUnderTest } from "./portal-under-test.ts";

let portal: PortalUnderTest;
beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal[Symbol.asyncDispose]());

function inState(state: string): StoredDelivery["delivery"] {
  const found = [...portal.state.deliveries.values()].find(
    ({ delivery }) => delivery.state === state,
  );
  if (found === undefined) throw new Error(`no delivery is ${state}`);
  return found.delivery;
}

const patience = { timeout: 15_000 };
const rows = "table.table tbody tr";
const delivered = { outcome: "delivered", status: 200, reason: null } as const;

describe("the list of deliveries", () => {
  it("shows what a filter chooses, which stands in the address", async () => {
    const { page } = await portal.open("/deliveries");
    await settled(page);
    await page.getByLabel("State", { exact: true }).selectOption("dead");
    await page.waitForURL("**/deliveries?state=dead");
    await settled(page);
    const states = new Set(await page.locator(`${rows} .badge`).allTextContents());
    expect([...states].map((text) => text.trim())).toEqual(["Not delivered"]);
    await page.reload();
    await settled(page);
    expect(await page.getByLabel("State", { exact: true }).inputValue()).toBe("dead");
    await page.getByRole("button", { name: "Show all" }).click();
    await page.waitForURL("**/deliveries");
    await page.context().close();
  });

  it("of one call are found by its id", async () => {
    const { cdrId } = inState("dead");
    const { page } = await portal.open("/deliveries");
    await page.getByLabel("Call id").fill(cdrId);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/deliveries?call=${cdrId}`);
    await expect.poll(() => page.locator(rows).count(), patience).toBe(1);
    await page.context().close();
  });

  it("reads on, and keeps what was read as it is kept up to date", async () => {
    const { page } = await portal.open("/deliveries");
    await settled(page);
    expect(await page.locator(rows).count()).toBe(50);
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => page.locator(rows).count(), patience).toBe(60);
    const oldest = [...portal.state.deliveries.values()].at(-1)?.delivery;
    addAttempt(portal.state, oldest?.jobId ?? "", delivered);
    const first = page.locator(rows).first();
    await first.locator(`a[href*="${oldest?.jobId}"]`).waitFor({ timeout: 15_000 });
    expect(await page.locator(rows).count()).toBe(60);
    await page.context().close();
  });

  it.each(["before", "after"])(
    "reads on to the end where it is kept up to date %s that",
    async (refreshed) => {
      const { page } = await portal.open("/deliveries");
      await settled(page);
      const held: { readonly isMore: boolean; readonly letGo: () => Promise<void> }[] = [];
      await page.route("**/deliveries?**", (route) => {
        const isMore = new URL(route.request().url()).searchParams.has("cursor");
        held.push({ isMore, letGo: () => route.continue() });
      });
      await page.route("**/deliveries", async (route) => {
        if (route.request().resourceType() === "document") await route.continue();
        else held.push({ isMore: false, letGo: () => route.continue() });
      });
      await expect.poll(() => held.length, patience).toBe(1);
      await page.getByRole("button", { name: "Show more" }).click();
      await expect.poll(() => held.length, patience).toBe(2);
      const inOrder = held.toSorted((a, b) => Number(a.isMore) - Number(b.isMore));
      if (refreshed === "after") inOrder.reverse();
      for (const { letGo } of inOrder) {
        const answered = page.waitForResponse((response) => response.url().includes("/deliveries"));
        await letGo();
        await (await answered).finished();
      }
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await expect.poll(() => page.locator(rows).count(), patience).toBe(60);
      expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);
      await page.waitForResponse((response) => response.url().includes("/deliveries"));
      await settled(page);
      expect(await page.locator(rows).count()).toBe(60);
      await page.context().close();
    },
  );

  it.each([
    ["moves rows as they are", ""],
    ["takes them out to move them", "delete Element.prototype.moveBefore"],
  ])("steals neither focus nor scroll position in a browser that %s", async (_, before) => {
    const { page } = await portal.open("/deliveries");
    await settled(page);
    await page.evaluate(before);
    // From far down: then it is this row that is taken out and put in again.
    const moved = [...portal.state.deliveries.keys()][before === "" ? 38 : 32] ?? "";
    const link = page.locator(`${rows} a[href*="deliveries/${moved}"]`);
    await link.focus();
    await page.evaluate("scrollTo(0, 300)");
    addAttempt(portal.state, moved, delivered);
    await page.locator(rows).first().locator(`a[href*="${moved}"]`).waitFor({ timeout: 15_000 });
    expect(await link.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(
      true,
    );
    expect(await page.evaluate("scrollY")).toBeGreaterThanOrEqual(300);
    await page.context().close();
  });

  it("stands still while its switch is off", async () => {
    const { page } = await portal.open("/deliveries");
    await settled(page);
    await page.clock.install();
    await page.getByRole("switch", { name: "Refresh automatically" }).click();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.clock.fastForward(60_000);
    await page.getByRole("switch", { name: "Refresh automatically" }).click();
    expect(asked).toEqual([]);
    const again = page.waitForRequest((request) => request.url().includes("/deliveries"));
    await page.clock.fastForward(6000);
    await again;
    await page.context().close();
  });
});

describe("a delivery", () => {
  it("tells every attempt with its wait, answer and reason, and leads to the call", async () => {
    const dead = inState("dead");
    const { page, complaints } = await portal.open(`/deliveries/${dead.jobId}`);
    await settled(page);
    await page.getByText("Not delivered: 2 attempts failed").waitFor();
    const attempts = page.locator("ol.timeline > li");
    expect(await attempts.count()).toBe(2);
    expect(await attempts.nth(1).innerText()).toContain("later");
    expect(await attempts.nth(1).innerText()).toContain("503");
    await page.locator(`a[href$="/calls/${dead.cdrId}"]`).first().click();
    await page.getByRole("heading", { name: "What happened to the call" }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("is sent again after a question, and followed until its outcome", async () => {
    const { jobId } = inState("dead");
    const { page } = await portal.open(`/deliveries/${jobId}`);
    await settled(page);
    await page.getByRole("button", { name: "Send again" }).click();
    const dialog = page.getByRole("dialog", { name: "Send this webhook again?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(portal.state.replays.size).toBe(0);
    await page.getByRole("button", { name: "Send again" }).click();
    await dialog.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It waits for its turn.").waitFor();
    addAttempt(portal.state, jobId, delivered);
    await page.locator(".notice").getByText("Sent again and delivered.").waitFor();
    await page.getByText("Sent anew").waitFor();
    expect(portal.state.changes[0]?.action).toBe("delivery.redelivered");
    await page.context().close();
  });

  it("tells that nothing was sent where the replay failed", async () => {
    const { jobId } = inState("cancelled");
    const { page } = await portal.open(`/deliveries/${jobId}`);
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
    await page.getByText("It waits for its turn.").waitFor();
    const replay = portal.state.replays.get(`redeliver-${jobId}`);
    if (replay === undefined) throw new Error("nothing was asked for");
    portal.state.replays.set(replay.replayId, { ...replay, state: "done", written: 0 });
    await page.getByRole("alert").getByText("It was not sent again").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("can not be read any more");
    await page.context().close();
  });

  it("shows what it carries in clear after a question, which is logged", async () => {
    const { jobId } = inState("dead");
    const { page } = await portal.open(`/deliveries/${jobId}`);
    await settled(page);
    const body = page.getByRole("region", { name: "Body" });
    expect(await body.textContent()).not.toContain("+44700000");
    await page.getByRole("button", { name: "Show values" }).click();
    await page.getByRole("dialog").getByText("written to the log of changes").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Show values" }).click();
    await body.getByText("+44700000").waitFor();
    expect(portal.state.changes[0]).toMatchObject({ action: "values.revealed", subject: jobId });
    await page.getByRole("button", { name: "Mask values" }).click();
    expect(await body.textContent()).not.toContain("+44700000");
    await page.context().close();
  });

  it("offers neither values nor sending again to whoever may not", async () => {
    const [tenantId] = portal.state.tenants.keys();
    const { jobId } = inState("dead");
    const path = `/deliveries/${jobId}?tenant=${tenantId}`;
    const { page } = await portal.open(path, { role: "support" });
    await page.getByText("Not delivered:").waitFor();
    expect(await page.getByRole("button", { name: "Show values" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Send again" }).count()).toBe(0);
    await page.context().close();
  });
});
