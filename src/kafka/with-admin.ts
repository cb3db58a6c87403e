import type { Admin, Kafka } from "kafkajs";

/**
 * Runs one errand with an admin client of its own. kafkajs's admin does not always find back to a broker that was
 * away, and errands are rare: a fresh connection is cheap against a stuck one.
 */
export async function withAdmin<T>(kafka: Kafka, errand: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await errand(admin);
  } finally {
    await admin.disconnect();
  }
}
