type Environment = Readonly<Record<string, string | undefined>>;

/** What the SDK takes from the environment as it is, and sends in headers and host names, where no white space can stand. */
const VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/** What the AWS SDK or we do not read as somebody may have meant it, a sentence each. */
export function environmentWarnings(env: Environment): readonly string[] {
  return [...switchWarnings(env), ...keyWarnings(env)];
}

/** The SDK takes any other text for a mistake, and goes on without. */
function* switchWarnings(env: Environment) {
  const switches = { AWS_USE_FIPS_ENDPOINT: 'FIPS', AWS_USE_DUALSTACK_ENDPOINT: 'dual-stack' };
  for (const [name, kind] of Object.entries(switches)) {
    const value = env[name];
    if (value && value !== 'true' && value !== 'false')
      yield `${name}=${value}: the AWS SDK reads nothing but true and false here, so ${kind} endpoints are not used; write true`;
  }
}

function* keyWarnings(env: Environment) {
  const [given, missing] = env.AWS_ACCESS_KEY_ID
    ? ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
    : ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'];
  if (env[given] && !env[missing])
    yield `${given} is set without ${missing}, so it does not count: the credentials of something else may be used, such as those of this machine`;
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && !env.AWS_ROLE_ARN)
    yield 'AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN, so it does not count: the credentials of something else may be used, such as those of this machine';
  if (env.AWS_PROFILE && env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY)
    yield `AWS_PROFILE=${env.AWS_PROFILE}: it counts, and AWS_ACCESS_KEY_ID beside it does not (the AWS CLI has it the other way round)`;
}

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
