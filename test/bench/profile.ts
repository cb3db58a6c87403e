import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// node test/bench/profile.ts <file.cpuprofile> [how many]: in which functions a profiled process spent its time.

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const repository = fileURLToPath(new URL("../../", import.meta.url));

function nameOf({ functionName, url, lineNumber }: Profile["nodes"][number]["callFrame"]): string {
  const file = url.replace("file://", "").replace(repository, "").replace("node_modules/", "");
  return file === "" ? functionName : `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}

const [file, howMany = "40"] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("Usage: node test/bench/profile.ts <file.cpuprofile> [how many]\n");
  process.exit(2);
}
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
const micros = new Map<string, number>();
for (const [index, id] of samples.entries()) {
  const name = names.get(id) as string;
  micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[index] as number));
}
micros.delete("(idle)");
const all = [...micros.values()].reduce((sum, each) => sum + each, 0);
process.stdout.write(`${(all / 1e6).toFixed(1)} s at work\n`);
for (const [name, each] of [...micros].toSorted((a, b) => b[1] - a[1]).slice(0, Number(howMany)))
  process.stdout.write(`${((100 * each) / all).toFixed(1).padStart(5)} %  ${name}\n`);
