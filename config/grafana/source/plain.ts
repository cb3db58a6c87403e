/**
 * A type of Grafana's schema with the texts that its enums stand for, as they are in JSON: the package is needed for its
 * types alone.
 */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends object
    ? { [Key in keyof T]: Plain<T[Key]> }
    : T;
