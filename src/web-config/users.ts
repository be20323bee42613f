import type { Remark } from './remark.ts';
import { mapping, text } from './values.ts';

const REMEDY = 'make one with htpasswd -nBC 10 "" | tr -d ":\\n"';
const LETTERS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const WHOLE = /^\$2(?:[^$])?\$([0-9]{2})\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})/;
/** Each step more takes twice the time; at 14 it is about four seconds. */
const HIGHEST_USUAL_COST = 14;
/** No password fits it, for the last letter of a hash has two bits that are always zero. */
const UNFIT = `${'.'.repeat(22 + 30)}/`;

/** `basic_auth_users`: hashes of bcrypt by the names of users. */
export const users = mapping(
  text.superRefine((hash, { addIssue }) => {
    const message = hashProblem(hash);
    if (message !== undefined) addIssue({ code: 'custom', message });
  }),
);

/** A hash that the toolkit accepts, as one that every library of bcrypt can compare with, in as much time. */
export function toHash(hash: string): string {
  const [, cost, salt, rest] = WHOLE.exec(hash) ?? [];
  if (salt !== undefined) return `$2b$${cost}$${canonical(salt)}${rest}`;
  return `$2b$${String(costOf(hash)).padStart(2, '0')}$${UNFIT}`;
}

/** Of the last letter of a salt two bits count: old programs left others in it, which libraries do not forgive. */
function canonical(salt: string): string {
  return salt.slice(0, -1) + LETTERS.charAt(LETTERS.indexOf(salt.slice(-1)) & 0b110000);
}

/** What is dangerous in it. */
export function* userWarnings(hashes: ReadonlyMap<string, string>): Iterable<Remark> {
  for (const [name, hash] of hashes) {
    const message = hashWarning(hash);
    if (message !== undefined) yield { keys: ['basic_auth_users', name], message };
  }
}

function hashWarning(hash: string): string | undefined {
  if (!WHOLE.test(hash))
    return `the hash begins like one of bcrypt and is none, so no password fits it; ${REMEDY}`;
  if (hash.startsWith('$2x$'))
    return `the hash is $2x$, of a faulty program: passwords with other than ASCII letters do not fit it; ${REMEDY}`;
  const cost = costOf(hash);
  if (cost <= HIGHEST_USUAL_COST) return undefined;
  return `with a cost of ${cost} a new login takes seconds or more, for which others wait; 10 is usual: ${REMEDY}`;
}

/** What the toolkit looks at is the length and the beginning. The hash itself is shown to nobody. */
function hashProblem(hash: string): string | undefined {
  if (Buffer.byteLength(hash) < 59)
    return `the hash is too short to be a bcrypted password: expected about 60 characters that begin with $2y$ or $2b$, not the password itself; ${REMEDY}`;
  if (!hash.startsWith('$')) return `a hash of bcrypt begins with $; ${REMEDY}`;
  const version = hash.charAt(1);
  if (version > '2')
    return `the version ${JSON.stringify(version)} of the hash is newer than 2, the current version of bcrypt; ${REMEDY}`;
  const cost = costOf(hash);
  if (Number.isNaN(cost)) return `the hash has no cost after its version, as in $2y$10$; ${REMEDY}`;
  if (cost < 4 || cost > 31)
    return `the cost ${cost} of the hash is outside the allowed range (4 to 31); ${REMEDY}`;
  return undefined;
}

/** Where the toolkit looks for it, whatever stands around. */
function costOf(hash: string): number {
  const at = hash.charAt(2) === '$' ? 3 : 4;
  const cost = hash.slice(at, at + 2);
  return /^[-+]?[0-9]+$/.test(cost) ? Number(cost) : Number.NaN;
}
