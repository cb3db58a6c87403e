/** So many deliveries, by their numbers, share a part. */
const partBits = 15;

/** The part that a delivery's row belongs to, by its number. */
export function partOf(id: number): number {
  return Math.floor(id / 2 ** partBits);
}

/**
 * All parts that there are, the newest first, as a table `parts` to be joined with deliveries.
 *
 * Jobs and calls are looked up by hashes. In one large index each new row would go to a page of its own, which has to be
 * read, written to the log and copied back; in parts, what comes together goes to few pages. Looking something up costs a
 * step for each part instead: some hundred for millions of deliveries.
 */
export const partsTable = `WITH RECURSIVE parts (part) AS (
  SELECT max(id) >> ${partBits} FROM deliveries
  UNION ALL
  SELECT part - 1 FROM parts WHERE part > (SELECT min(id) >> ${partBits} FROM deliveries)
)`;
