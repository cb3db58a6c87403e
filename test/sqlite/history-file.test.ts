import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { HistoryEvent } from "../../src/history/history-events.ts";
import { attemptOf, noon } from "../history/attempt-of.ts";
import { batchOf, createStore, damage, openStore, ownFile } from "./history-under-test.ts";

const some = Array.from({ length: 3000 }, (_, number) =>
  attemptOf({ cdrId: `call-${number}`, at: noon + number }),
);

const openedAs = (told: readonly HistoryEvent[]) =>
  told.find((event) => event.type === "history.opened")?.rebuild;

const count = async ({ store }: Awaited<ReturnType<typeof openStore>>): Promise<number> =>
  (await store.deliveries({ tenantId: "t1", limit: 200 })).items.length;

/** A history of many pages that was closed in order. */
async function filled(): Promise<string> {
  const { store, file } = await openStore();
  await store.feed([batchOf(some, 3000, 4)]);
  await store.close();
  return file;
}

test("what was fed is there again when the file is opened again, with the position that it led to", async () => {
  const file = await filled();
  const again = createStore(file);
  const { positions } = await again.store.open();
  expect(positions).toEqual([{ topic: "onhook.attempts", partition: 4, next: 3000 }]);
  expect(openedAs(again.told)).toBeNull();
  expect(await count(again)).toBe(200);
  expect(again.store.size).toMatchObject({ attempts: 3000, deliveries: 3000 });
});

test("a batch that can not be written leaves neither its rows nor its position", async () => {
  const { store } = await openStore();
  const wrong = { ...attemptOf({ cdrId: "call-2" }), durationMs: null as unknown as number };
  await expect(store.feed([batchOf([attemptOf(), wrong], 7)])).rejects.toMatchObject({
    code: "HISTORY_UNAVAILABLE",
  });
  expect((await store.deliveries({ tenantId: "t1", limit: 10 })).items).toEqual([]);
  // The texts that the batch had brought are numbered anew.
  await store.feed([{ ...batchOf([attemptOf()], 1), topic: "another" }]);
  expect((await store.deliveries({ tenantId: "t1", limit: 10 })).items).toHaveLength(1);
  expect((await store.open()).positions).toEqual([{ topic: "another", partition: 0, next: 1 }]);
});

test("the file can be read by nobody else", async () => {
  const { file, store } = await openStore();
  await store.feed([batchOf(some.slice(0, 1))]);
  for (const path of [file, `${file}-wal`]) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file that is no database is moved aside, and a history made in its place", async () => {
  const file = ownFile();
  writeFileSync(file, "this is somebody's notes ".repeat(1000));
  const made = await openStore(file);
  expect(openedAs(made.told)).toBe("damaged");
  expect(readFileSync(`${file}.aside`, "utf8")).toMatch(/^this is somebody's notes/);
  await made.store.feed([batchOf(some)]);
  expect(await count(made)).toBe(200);
});

test("another program's database is moved aside whole", async () => {
  const file = ownFile();
  const theirs = new DatabaseSync(file);
  theirs.exec("CREATE TABLE precious (it TEXT); INSERT INTO precious VALUES ('yes')");
  theirs.close();
  const { told } = await openStore(file);
  expect(openedAs(told)).toBe("foreign");
  const aside = new DatabaseSync(`${file}.aside`);
  expect(aside.prepare("SELECT it FROM precious").get()).toEqual({ it: "yes" });
  aside.close();
});

test("a history of another version is made anew", async () => {
  const file = await filled();
  const db = new DatabaseSync(file);
  db.exec("PRAGMA user_version = 999");
  db.close();
  const again = await openStore(file);
  expect(openedAs(again.told)).toBe("other-version");
  expect(existsSync(`${file}.aside`)).toBe(false);
  expect(await count(again)).toBe(0);
});

test("an empty file, as a full disk leaves it, is made a history", async () => {
  const file = ownFile();
  writeFileSync(file, "");
  expect(openedAs((await openStore(file)).told)).toBe("absent");
});

test("damage is found when the file is opened, and a new history made", async () => {
  const file = await filled();
  damage(file);
  const again = await openStore(file);
  expect(openedAs(again.told)).toBe("damaged");
  expect(again.told).toContainEqual({
    type: "history.moved-aside",
    reason: "damaged",
    to: `${file}.aside`,
  });
  expect(await count(again)).toBe(0);
});

test("damage that comes while the file is open is found by a query; opened again, the history is a new one", async () => {
  const file = await filled();
  const { store, told } = createStore(file);
  const { lost } = await store.open();
  damage(file);
  await expect(store.deliveries({ tenantId: "t1", limit: 10 })).rejects.toMatchObject({
    code: "HISTORY_DAMAGED",
  });
  expect(lost.aborted).toBe(true);
  expect(told.some(({ type }) => type === "history.query-failed")).toBe(true);
  expect((await store.open()).positions).toEqual([]);
  await store.feed([batchOf(some)]);
  expect((await store.deliveries({ tenantId: "t1", limit: 200 })).items).toHaveLength(200);
});

/** While it stands there SQLite can't write the file for the first time; nothing else is in its way. */
function blockMaking(file: string): Disposable {
  const inTheWay = `${file}-journal`;
  mkdirSync(inTheWay);
  return { [Symbol.dispose]: () => rmdirSync(inTheWay) };
}

test("what was moved aside is told of at once, and stays there however often no new file can be made", async () => {
  const file = await filled();
  const { store, told } = createStore(file);
  await store.open();
  damage(file);
  await expect(store.deliveries({ tenantId: "t1", limit: 10 })).rejects.toThrow("malformed");
  const { ino } = statSync(file);
  {
    using _ = blockMaking(file);
    for (let tries = 0; tries < 2; tries += 1)
      await expect(store.open()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
    expect(told.filter(({ type }) => type === "history.moved-aside")).toEqual([
      { type: "history.moved-aside", reason: "damaged", to: `${file}.aside` },
    ]);
  }
  told.length = 0;
  await store.open();
  expect(openedAs(told)).toBe("damaged");
  expect(statSync(`${file}.aside`).ino).toBe(ino);
});

test("a file whose making was broken off does not take the place of what was moved aside before", async () => {
  const file = ownFile();
  writeFileSync(`${file}.aside`, "what was moved aside");
  const halfMade = new DatabaseSync(file);
  halfMade.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
  halfMade.close();
  expect(statSync(file).size).toBeGreaterThan(0);
  expect(openedAs((await openStore(file)).told)).toBe("absent");
  expect(readFileSync(`${file}.aside`, "utf8")).toBe("what was moved aside");
});

test("who asks before it is open, or after it was closed, is told so", async () => {
  const { store } = createStore();
  const asked = () => store.deliveries({ tenantId: "t1", limit: 1 });
  await expect(asked()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
  await store.open();
  expect((await asked()).items).toEqual([]);
  await store.close();
  await expect(asked()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
});

test("a folder that is not there is told, and opened once it is", async () => {
  const { store } = createStore("/nowhere/at/all/history.db");
  await expect(store.open()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
});
