/** Begins to count, and gives what says how many ms of the processor this thread has had since: whatever else the machine does meanwhile. */
export function cpuTime(): () => number {
  const begun = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(begun);
    return (user + system) / 1000;
  };
}
