const canBeFocused = "input:not(:disabled), select:not(:disabled), button:not(:disabled)";

/** Gives the focus to what `find` finds once the page is drawn anew. */
export function focusNext(find: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() => find()?.focus());
}

/**
 * Where a row has been taken out of a list the focus goes to the one that stands in its place, to the last where it was
 * that, or to `otherwise` where none is left: it would be at the top of the page else. The parameters but the first two
 * are selectors below `root`.
 */
export function focusAfterRemoval(
  root: HTMLElement | null,
  index: number,
  row: string,
  otherwise: string,
): void {
  focusNext(() => {
    const rows = root?.querySelectorAll(row) ?? [];
    const neighbour = rows[Math.min(index, rows.length - 1)];
    return neighbour === undefined
      ? root?.querySelector<HTMLElement>(otherwise)
      : neighbour.querySelector<HTMLElement>(canBeFocused);
  });
}
