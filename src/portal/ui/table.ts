import type { ComponentChildren, VNode } from "preact";
import { html } from "htm/preact";

export interface Column<T> {
  readonly key: string;
  readonly label: string;
  readonly cell: (row: T) => ComponentChildren;
  readonly align?: "end";
  /** The column that names the row: the head of its card on phones. */
  readonly isHead?: boolean;
}

/** A table; on phones each row is a card, in which every value has its label beside it. */
export function Table<T>({
  caption,
  columns,
  rows,
  rowKey,
}: {
  /** Read out, not shown. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
}): VNode {
  const cellOf = (column: Column<T>, row: T): VNode => {
    const kind = `cell ${column.align ?? ""} ${column.isHead ? "row-head" : ""}`;
    const content = html`<span class="cell-label" aria-hidden="true">${column.label}</span>
      <div class="cell-value">${column.cell(row)}</div>`;
    return column.isHead
      ? html`<th key=${column.key} scope="row" role="rowheader" class=${kind}>${content}</th>`
      : html`<td key=${column.key} role="cell" class=${kind}>${content}</td>`;
  };
  // The roles are said although they are those of the elements: as cards these have another display, which takes them.
  return html`<table class="table" role="table">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(
          ({ key, label, align }) =>
            html`<th key=${key} scope="col" role="columnheader" class=${align ?? null}>
              ${label}
            </th>`,
        )}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr key=${rowKey(row)} role="row">
            ${columns.map((column) => cellOf(column, row))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
