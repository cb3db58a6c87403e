/**
 * Keeps what a pure function has made of so many different texts; then it begins anew. For texts that come again and
 * again, such as the addresses of triggers. What it throws is not kept.
 */
export function memoized<T>(make: (text: string) => T, limit: number): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    const one = make(text);
    if (made.size >= limit) made.clear();
    made.set(text, one);
    return one;
  };
}
