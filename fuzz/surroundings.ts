import type { Logger } from '../src/core/logger.ts';

/** A log that nobody reads. */
export const NO_LOG: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => NO_LOG,
};

const OWN: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_SESSION_TOKEN: undefined,
  AWS_REGION: undefined,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** Gives this process keys that are none, and nothing else that the machine may hold, until the returned function is called. */
export function withKeys(): () => void {
  const before = Object.keys(OWN).map((name) => [name, process.env[name]] as const);
  put(Object.entries(OWN));
  return () => put(before);
}

function put(variables: readonly (readonly [name: string, value: string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
