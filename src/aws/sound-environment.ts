/** What the SDK takes from the environment as it is, and sends in headers and host names, where no white space can stand. */
const VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws, naming the variable and never its value, when credentials of the environment are used and cannot be right. */
export function insistOnSoundCredentials(environment: Environment): void {
  // With a profile the SDK leaves the keys beside it alone.
  const used = environment.AWS_PROFILE ? ['AWS_PROFILE'] : VARIABLES;
  for (const name of used) insistOnSound(environment, name);
}

/** Throws, naming the variable and never its value, when it is set and cannot be right. */
export function insistOnSound(environment: Environment, name: string): void {
  const fault = faultOf(environment[name] ?? '');
  if (fault === undefined) return;
  throw Object.assign(new Error(`the environment variable ${name} ${fault}`), { name: 'UnsoundEnvironment' });
}

function faultOf(value: string): string | undefined {
  if (/[\r\n]$/.test(value)) return 'ends with a line end';
  if (/^\s|\s$/.test(value)) return 'begins or ends with white space';
  if (/^(["']).*\1$/s.test(value)) return 'stands in quotes, which are taken for a part of it';
  return undefined;
}
