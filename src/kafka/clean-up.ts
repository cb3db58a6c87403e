import type { Admin, Kafka } from "kafkajs";
import { pause } from "../runtime/clock.ts";
import type { Clock } from "../runtime/clock.ts";
import { withAdmin } from "./with-admin.ts";

/** What is to be deleted, and how long brokers may take for it, in ms. */
export interface CleanUp {
  readonly names: readonly string[];
  readonly patienceMs: number;
}

/** Something that could not be deleted, and why. */
export interface Left {
  readonly name: string;
  readonly problem: string;
}

const lookAgainMs = 100;

const problemOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function existing(admin: Admin, names: readonly string[]): Promise<readonly string[]> {
  const known = new Set(await admin.listTopics());
  return names.filter((name) => known.has(name));
}

/** Deletes those of the topics that exist. Resolves with what is left of them; never rejects. */
export async function removeTopics(
  kafka: Kafka,
  { names, patienceMs }: CleanUp,
  clock: Clock,
): Promise<readonly Left[]> {
  const giveUpAt = clock.now() + patienceMs;
  let left = names;
  let problem = "the brokers have not done it yet";
  try {
    await withAdmin(kafka, async (admin) => {
      left = await existing(admin, names);
      if (left.length === 0) return;
      try {
        await admin.deleteTopics({ topics: [...left], timeout: patienceMs });
      } catch (error) {
        // Of one of them perhaps: the others may be gone.
        problem = problemOf(error);
      }
      for (;;) {
        left = await existing(admin, left);
        if (left.length === 0 || clock.now() >= giveUpAt) return;
        await pause(clock, lookAgainMs);
      }
    });
  } catch (error) {
    problem = problemOf(error);
  }
  return left.map((name) => ({ name, problem }));
}

/** Source: Kafka's protocol guide, error codes. */
const [notEmpty, notFound] = [68, 69];
/** Not empty yet, or with a coordinator that is loading, missing or moving. */
const passing: ReadonlySet<number | undefined> = new Set([notEmpty, 14, 15, 16]);

/** What kafkajs's KafkaJSDeleteGroupsError says of the one group that was asked for. */
function codeOf(error: unknown): number | undefined {
  return (error as { readonly groups?: readonly { readonly errorCode: number }[] }).groups?.[0]
    ?.errorCode;
}

async function removeGroup(
  admin: Admin,
  name: string,
  giveUpAt: number,
  clock: Clock,
): Promise<Left | null> {
  for (;;) {
    try {
      await admin.deleteGroups([name]);
      return null;
    } catch (error) {
      const code = codeOf(error);
      if (code === notFound) return null;
      // A member that was killed stays one until its session is over.
      if (!passing.has(code) || clock.now() >= giveUpAt)
        return { name, problem: code === notEmpty ? "it has members yet" : reasonOf(error) };
    }
    await pause(clock, lookAgainMs);
  }
}

/** kafkajs puts the reason of each group into that group's entry. */
function reasonOf(error: unknown): string {
  const { groups } = error as { readonly groups?: readonly { readonly error?: unknown }[] };
  return problemOf(groups?.[0]?.error ?? error);
}

/** Deletes those of the groups that exist, once they have no members. Resolves with what is left of them; never rejects. */
export async function removeGroups(
  kafka: Kafka,
  { names, patienceMs }: CleanUp,
  clock: Clock,
): Promise<readonly Left[]> {
  const giveUpAt = clock.now() + patienceMs;
  try {
    return await withAdmin(kafka, async (admin) => {
      const all = names.map((name) => removeGroup(admin, name, giveUpAt, clock));
      return (await Promise.all(all)).filter((left) => left !== null);
    });
  } catch (error) {
    return names.map((name) => ({ name, problem: problemOf(error) }));
  }
}
