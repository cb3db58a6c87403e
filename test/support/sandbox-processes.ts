import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface Seen {
  readonly pid: number;
  /** The whole command line. */
  readonly command: string;
}

const run = promisify(execFile);

/** Every process of the machine whose command line names the folder: keeper, brokers and registry name their data folder. */
export async function processesNaming(folder: string): Promise<readonly Seen[]> {
  const { stdout } = await run("ps", ["-A", "-ww", "-o", "pid=,args="], { maxBuffer: 1e8 });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid !== undefined && command?.includes(folder) === true
      ? [{ pid: Number(pid), command }]
      : [];
  });
}
