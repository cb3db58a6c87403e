/** What the client of the schema registry says. */
export type RegistryEvent = {
  /** The registry was not reached, or refused; what needs it waits or keeps the schema it has. */
  readonly type: "registry.failed";
  readonly error: unknown;
};
