const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };
const downloaded = /Downloaded from \S+: \S+ \(([\d.]+) (B|kB|MB|GB)/g;

/** "43 files, 98 MB": what Maven's output says it has fetched so far. */
export function downloadSize(log: string): string {
  const sizes = [...log.matchAll(downloaded)].map(
    ([, number, unit]) => Number(number) * (units[unit ?? ""] ?? 0),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return `${sizes.length} files, ${Math.round(bytes / 1e6)} MB`;
}

/**
 * Maven's sentence about its failure: its first error line, as the later ones only point to help pages; where it did not
 * get so far (a JAVA_HOME that is wrong), the last two things it said.
 */
export function mavenFailure(log: string): string {
  const lines = log.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  const error = lines.find((line) => /^\[ERROR\] \S/.test(line));
  return error?.replace("[ERROR] ", "") ?? lines.slice(-2).join(" ");
}
