import { devNull, homedir } from 'node:os';
import { join } from 'node:path';
import { parseKnownFiles } from '@smithy/core/config';
import { distance } from 'fastest-levenshtein';
import { toSentence } from '../core/error-text.ts';
import { takeSmallFile } from '../files/small-file.ts';

/** What is wrong with a profile, in words that name the file. */
export interface ProfileFault {
  /** Whether the shared AWS configuration files have it, though with nothing that gives credentials. */
  readonly isThere: boolean;
  readonly words: string;
}

/** Looks a profile up in the shared AWS configuration files as they are now; undefined where it may give credentials. */
export async function faultOfProfile(profile: string): Promise<ProfileFault | undefined> {
  const files = await Promise.all([
    look(pathOf('AWS_CONFIG_FILE', 'config'), (name) => `profile ${name}`),
    look(pathOf('AWS_SHARED_CREDENTIALS_FILE', 'credentials'), (name) => name),
  ]);
  const found = files.filter(({ sections }) => sections.has(profile));
  if (found.length === 0) return { isThere: false, words: whyMissing(profile, files) };
  const keys = new Map(found.flatMap(({ sections }) => [...(sections.get(profile) ?? [])]));
  const where = found.map(({ path }) => path).join(' and ');
  const session = keys.get('sso_session');
  if (session !== undefined && !files.some(({ others }) => others.has(`sso-session ${session}`))) {
    const words = `its sso_session is ${session}, and there is no [sso-session ${session}] in ${files[0]?.path}`;
    return { isThere: true, words };
  }
  if (GIVING.some((all) => all.every((key) => keys.has(key)))) return undefined;
  const what = keys.size === 0 ? 'and is empty' : 'but has nothing that gives credentials';
  const unread = files.filter(isUnreadable).map((file) => `; ${toUnreadable(file)}`);
  return { isThere: true, words: `it is in ${where}, ${what}: ${EXPECTED}${unread.join('')}` };
}

/** What stands in `credential_source` of a profile, or of the one that it draws from in the end. */
export async function credentialSource(profile: string): Promise<string | undefined> {
  const profiles = await parseKnownFiles({ ignoreCache: true });
  const seen = new Set<string>();
  let name = profile;
  for (; !seen.has(name); name = profiles[name]?.source_profile ?? name) seen.add(name);
  return profiles[name]?.credential_source;
}

/** Keys of a profile that give credentials, together. */
const GIVING: readonly (readonly string[])[] = [
  ['aws_access_key_id', 'aws_secret_access_key'],
  ['role_arn', 'source_profile'],
  ['role_arn', 'web_identity_token_file'],
  ['credential_source'],
  ['credential_process'],
  ['sso_session'],
  ['sso_start_url'],
  ['login_session'],
];
const EXPECTED =
  'it needs aws_access_key_id and aws_secret_access_key, role_arn with source_profile, sso_session or credential_process';

interface SharedFile {
  readonly path: string;
  /** Why it cannot be read, as Node.js has it; ENOENT when it is not there. */
  readonly code: string | undefined;
  /** The keys of every profile and their values, by its name. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** How the heading of a profile is written here. */
  readonly toHeading: (profile: string) => string;
  /** Headings that name no profile here. */
  readonly others: ReadonlySet<string>;
  /** The first line, from 1, that is nothing which such a file can hold. */
  readonly oddLine: number | undefined;
}

function pathOf(variable: string, name: string): string {
  const home = process.env.HOME || process.env.USERPROFILE || homedir();
  const path = process.env[variable] || join(home, '.aws', name);
  return path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

async function look(path: string, toHeading: SharedFile['toHeading']): Promise<SharedFile> {
  try {
    return {
      path,
      code: undefined,
      toHeading,
      // Whoever wants no such file says so.
      ...toSections(path === devNull ? '' : (await takeSmallFile(path)).toString(), toHeading),
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : toSentence(error);
    return { path, code, toHeading, sections: new Map(), others: new Set(), oddLine: undefined };
  }
}

/** Reads lines as the SDK does: a comment begins with # or ; at the beginning or after white space. */
function toSections(text: string, toHeading: SharedFile['toHeading']) {
  const sections = new Map<string, Map<string, string>>();
  const others = new Set<string>();
  let keys: Map<string, string> | undefined;
  let oddLine: number | undefined;
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = (whole.split(/(^|\s)[;#]/)[0] ?? '').trim();
    const heading = /^\[(.*)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      const name = heading.replace(/^profile\s+/, '').replace(/^(["'])(.*)\1$/, '$2');
      const plain = heading.replace(/\s(["'])(.*)\1$/, ' $2');
      const isProfile = plain === 'default' || plain === toHeading(name);
      keys = isProfile ? (sections.get(name) ?? new Map()) : undefined;
      if (keys) sections.set(name, keys);
      else others.add(heading);
    } else if (line.indexOf('=') > 0) {
      const at = line.indexOf('=');
      keys?.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    } else if (line !== '') oddLine ??= index + 1;
  }
  return { sections, others, oddLine };
}

function isUnreadable({ code }: SharedFile): boolean {
  return code !== undefined && code !== 'ENOENT';
}

function toUnreadable({ path, code }: SharedFile): string {
  return `${path} cannot be read (${code}): it must be a file that this user may read`;
}

function whyMissing(profile: string, files: readonly SharedFile[]): string {
  const unreadable = files.find(isUnreadable);
  if (unreadable) return toUnreadable(unreadable);
  const there = files.filter(({ code }) => code === undefined);
  if (there.length === 0)
    return (
      `neither ${files.map(({ path }) => path).join(' nor ')} is there: mount them, or say where they are ` +
      '(AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE)'
    );
  for (const { path, others, toHeading } of there)
    for (const heading of [profile, `profile ${profile}`])
      if (others.has(heading))
        return `${path} has [${heading}], which is read there only as [${toHeading(profile)}]`;
  const odd = there.find(({ oddLine }) => oddLine !== undefined);
  const broken = odd && `; line ${odd.oddLine} of ${odd.path} is neither a [section] nor key = value`;
  const where = there.map(({ path }) => path).join(' and ');
  return `there is no such profile in ${where}: ${suggestion(profile, there)}${broken ?? ''}`;
}

const MOST_NAMED = 5;
/** Names further apart, by letters, are no slip of the keyboard. */
const ALIKE = 3;

function suggestion(profile: string, files: readonly SharedFile[]): string {
  const names = [...new Set(files.flatMap(({ sections }) => [...sections.keys()]))];
  const like = names
    .map((name) => ({ name, apart: distance(name, profile) }))
    .sort((a, b) => a.apart - b.apart);
  const [first] = like;
  if (!first) return files.length === 1 ? 'it has none' : 'they have none';
  if (first.apart <= Math.min(ALIKE, profile.length - 1)) return `did you mean ${first.name}?`;
  const named = like.slice(0, MOST_NAMED).map(({ name }) => name);
  return `known are ${named.join(', ')}${like.length > MOST_NAMED ? ' and others' : ''}`;
}
