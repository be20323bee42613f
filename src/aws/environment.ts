/** What the AWS SDK or we do not read as somebody may have meant it, a sentence each. */
export function environmentWarnings(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return [...proxyWarnings(env), ...switchWarnings(env), ...keyWarnings(env)];
}

function* proxyWarnings(env: Readonly<Record<string, string | undefined>>) {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  const given = names.filter((name) => env[name]);
  if (given.length > 0)
    yield `${given.join(', ')}: proxies are not supported yet, so AWS is asked directly (NO_PROXY has no effect either); where only ` +
      'a proxy leads out, use VPC endpoints, or a gateway that aws.endpoint_urls names';
}

/** The SDK takes any other text for a mistake, and goes on without. */
function* switchWarnings(env: Readonly<Record<string, string | undefined>>) {
  const switches = { AWS_USE_FIPS_ENDPOINT: 'FIPS', AWS_USE_DUALSTACK_ENDPOINT: 'dual-stack' };
  for (const [name, kind] of Object.entries(switches)) {
    const value = env[name];
    if (value && value !== 'true' && value !== 'false')
      yield `${name}=${value}: the AWS SDK reads nothing but true and false here, so ${kind} endpoints are not used; write true`;
  }
}

function* keyWarnings(env: Readonly<Record<string, string | undefined>>) {
  if (env.AWS_PROFILE && env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY)
    yield `AWS_PROFILE=${env.AWS_PROFILE}: it counts, and AWS_ACCESS_KEY_ID beside it does not (the AWS CLI has it the other way round)`;
}
