const two = (value: number): string => String(value).padStart(2, "0");
const four = (value: number): string => String(value).padStart(4, "0");

/** An instant as an input of the browser takes it, in the browser's zone; empty where the text is none. */
export function toLocalInput(iso: string): string {
  const at = new Date(iso);
  if (iso === "" || Number.isNaN(at.getTime())) return "";
  const date = `${four(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** What such an input gives, as ISO 8601 with the offset that the browser's zone has then; empty for nothing. */
export function fromLocalInput(local: string): string {
  if (local === "") return "";
  const at = new Date(local);
  if (Number.isNaN(at.getTime())) return "";
  // Before zones had whole minutes an offset has seconds as well, which ISO 8601 can not write.
  const offset = -Math.round(at.getTimezoneOffset());
  const sign = offset < 0 ? "-" : "+";
  const size = Math.abs(offset);
  return `${toLocalInput(at.toISOString())}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
