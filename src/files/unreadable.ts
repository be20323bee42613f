/** What to do, by the code of the error. */
const REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', '; correct the name, or put the file there'],
  ['ENOTDIR', '; correct the name: a part of it is a file, not a folder'],
  ['ELOOP', '; correct the links, which lead in a circle'],
  ...['EACCES', 'EPERM'].map(
    (code) =>
      [
        code,
        `; let the user of this process (uid ${process.geteuid?.()}) enter its folder and read it`,
      ] as const,
  ),
]);

/** Why a file cannot be read, in words that follow its name, and what to do, in words that follow those. */
export function toUnreadable(error: unknown): { readonly problem: string; readonly remedy: string } {
  // `ENOENT: no such file or directory, open '…'`: the path is told anyway.
  const reason = (error instanceof Error ? error.message : String(error)).replace(/, \w+(?: '.*')?$/s, '');
  const remedy = REMEDIES.get((error as NodeJS.ErrnoException).code) ?? '';
  return { problem: `cannot be read: ${reason}`, remedy };
}
