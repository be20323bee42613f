const USER = `this user (uid ${process.geteuid?.()})`;
const ELSEWHERE = 'or choose another folder';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: `${USER} may not write there; give it the folder (chown), ${ELSEWHERE}`,
  EPERM: `${USER} may not write there; give it the folder (chown), ${ELSEWHERE}`,
  EROFS: 'the file system is read-only; mount it for writing, or choose another folder',
  ENOSPC: `the disk is full; make room, ${ELSEWHERE}`,
  EDQUOT: `the quota of ${USER} is used up; make room, ${ELSEWHERE}`,
  EFBIG: 'this process may not write files of that size; raise the limit (ulimit -f, LimitFSIZE=)',
  EIO: `the disk is broken; mend it, ${ELSEWHERE}`,
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'its symbolic links lead in a circle',
};

/** Why the disk refuses and what to do, in words; undefined for what there are no words for. */
export function whyRefused(error: unknown): string | undefined {
  return REASONS[String((error as NodeJS.ErrnoException | undefined)?.code)];
}
