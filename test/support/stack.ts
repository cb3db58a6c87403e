import { inject } from "vitest";

/** The Kafka and the registry that every test of the run shares: take topic and group names that are yours alone. */
export function useStack(): { readonly brokers: string[]; readonly registryUrl: string } {
  return { brokers: [...inject("brokers")], registryUrl: inject("registryUrl") };
}
