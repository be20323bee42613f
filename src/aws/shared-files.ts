import { stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { getHomeDir, getSSOTokenFilepath, loadSharedConfigFiles, parseKnownFiles } from '@smithy/core/config';
import { UnfitFile, whyUnfit } from '../files/unfit.ts';

/** The shared AWS configuration files: what names each of them, and where it is else, in the home of this user. */
const SHARED_FILES = { AWS_CONFIG_FILE: 'config', AWS_SHARED_CREDENTIALS_FILE: 'credentials' } as const;

/**
 * Reads the shared AWS configuration files anew, in place of what the SDK remembers of them for the life of the process;
 * what is made from now on takes its region, keys and settings from there. Files that are not there are empty; rejects for what is no file.
 */
export async function rereadSharedFiles(): Promise<void> {
  await insistOnSharedFiles();
  await loadSharedConfigFiles({ ignoreCache: true });
}

/**
 * Rejects in words where the SDK would read a pipe, a device, a folder or nothing for the credentials of a profile, or else of the default
 * chain; resolves to the file of the web identity among them, if there is one.
 */
export async function insistOnFitFiles(
  profile: string | undefined,
): Promise<{ readonly webIdentity: string | undefined }> {
  await insistOnSharedFiles();
  const { webIdentity, others } = await tokenFiles(profile);
  for (const path of [...webIdentity, ...others]) {
    const unfit = (await whyUnfit(path)) ?? (await whyEmpty(path));
    if (unfit !== undefined) throw tokenFileError(path, unfit);
  }
  return { webIdentity: webIdentity[0] };
}

/** What is said of a token file that is of no use. */
export function tokenFileError(path: string, reason: string, cause?: unknown): Error {
  const error = new Error(`the token file ${path} cannot be read: ${reason}`, { cause });
  return Object.assign(error, { name: 'TokenFileError' });
}

async function insistOnSharedFiles(): Promise<void> {
  for (const [variable, name] of Object.entries(SHARED_FILES)) {
    const path = resolve(process.env[variable] || `~/.aws/${name}`);
    // Whoever wants none says so.
    const unfit = path === devNull ? undefined : await whyUnfit(path);
    if (unfit === undefined) continue;
    const message = `the shared AWS configuration file ${path} (${variable}) cannot be used: ${unfit}`;
    throw new UnfitFile(message);
  }
}

/** As the SDK does. */
function resolve(path: string): string {
  return path.startsWith('~/') ? join(getHomeDir(), path.slice(2)) : path;
}

async function whyEmpty(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.size === 0 ? 'it is empty' : undefined;
}

/** The files of tokens that are read for the credentials of a profile, or else of the default chain. */
async function tokenFiles(profile: string | undefined) {
  const profiles = await parseKnownFiles({ ignoreCache: true });
  const webIdentity: (string | undefined)[] = [];
  const others: (string | undefined)[] = [];
  const env = process.env;
  const seen = new Set<string>();
  let usesEnvironment = profile === undefined && !(env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY);
  for (let name = profile ?? 'default'; !seen.has(name); name = profiles[name]?.source_profile ?? name) {
    seen.add(name);
    const session = profiles[name]?.sso_session ?? profiles[name]?.sso_start_url;
    webIdentity.push(profiles[name]?.web_identity_token_file);
    others.push(session && getSSOTokenFilepath(session));
    usesEnvironment ||= profiles[name]?.credential_source === 'EcsContainer';
  }
  if (usesEnvironment) {
    webIdentity.push(env.AWS_WEB_IDENTITY_TOKEN_FILE);
    others.push(env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE);
  }
  const given = (files: typeof others) => files.flatMap((file) => file || []);
  return { webIdentity: given(webIdentity), others: given(others) };
}
