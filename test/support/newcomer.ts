import type { Page } from "playwright-core";

/** What somebody does in the portal who has never seen it: by the names that stand on the page, and nothing else. */

/** One condition of a trigger's: what is typed to find the field, the option it is, and its value. */
export interface ConditionIdea {
  readonly find: string;
  /** As it stands under the field's meaning: `dir · number`. */
  readonly option: string;
  readonly operator?: string;
  readonly value: string;
  /** The value is chosen from a list. */
  readonly chosen?: boolean;
}

export async function openNewWebhook(page: Page): Promise<void> {
  await page.getByRole("link", { name: "New webhook" }).click();
  await page.getByRole("heading", { name: "New webhook" }).waitFor();
}

export async function fillIn(page: Page, name: string, url: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Address", { exact: true }).fill(url);
}

/** Adds a condition, the `number`th, from 1. */
export async function addCondition(page: Page, number: number, idea: ConditionIdea): Promise<void> {
  await page.getByRole("button", { name: "Add a condition" }).click();
  const row = page.getByRole("group", { name: `Condition ${number}`, exact: true });
  await row.getByRole("combobox", { name: "Field of the call" }).fill(idea.find);
  await row.getByRole("listbox").getByRole("option", { name: idea.option }).first().click();
  if (idea.operator !== undefined)
    await row.getByLabel("Operator").selectOption({ label: idea.operator });
  if (idea.chosen === true) await row.getByLabel("Value").selectOption(idea.value);
  else await row.getByRole("combobox", { name: "Value" }).fill(idea.value);
}

/** Saves the new trigger; gives the secret that it shows, which is seen this once. */
export async function createWebhook(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Create the webhook" }).click();
  const copied = page.getByRole("button", { name: "I have copied it" });
  await copied.waitFor();
  const secret = await shownSecret(page);
  await copied.click();
  await page.getByRole("tab", { name: "Settings" }).waitFor();
  return secret;
}

/** The secret that a dialog shows. */
export async function shownSecret(page: Page): Promise<string> {
  const shown = page.getByRole("dialog").locator("code", { hasText: "whsec_" }).first();
  return (await shown.textContent()) ?? "";
}

/** Makes a test request, and waits until it was taken. */
export async function sendTest(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Test" }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("This would count as delivered.").waitFor();
}
