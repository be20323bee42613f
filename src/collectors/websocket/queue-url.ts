/** The region in the URL of a queue, of which SQS wants the signature; undefined for a host that says none. */
export function regionOf(url: string): string | undefined {
  const { hostname } = new URL(url);
  if (hostname === 'queue.amazonaws.com') return 'us-east-1';
  const [, ...regions] =
    /(?:^|\.)sqs(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d)\.|^([a-z]+(?:-[a-z]+)+-\d)\.queue\./.exec(hostname) ?? [];
  return regions.find((region) => region !== undefined);
}

/** Tells queues apart, however their URLs are spelled: region, account and name. */
export function queueKey(url: string): string {
  const { host, pathname } = new URL(url);
  return [regionOf(url) ?? host, ...pathname.split('/').slice(-2)].join('/');
}

/** The account of the queue of a URL; undefined where it says none. */
export function queueAccount(url: string): string | undefined {
  const [account = ''] = new URL(url).pathname.split('/').slice(-2);
  return /^\d{12}$/.test(account) ? account : undefined;
}

/** The name of the queue of a URL. */
export function queueName(url: string): string {
  return new URL(url).pathname.split('/').at(-1) ?? url;
}
