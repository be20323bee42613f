import { isIPv4, isIPv6 } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { noteTrouble } from './errors.ts';

/** A proxy that the environment names. */
export interface NamedProxy {
  readonly url: URL;
  /** The environment variable that names it. */
  readonly variable: string;
}

/** What is sent through a proxy, as URLs begin with it. */
export type Scheme = 'http' | 'https';

/** The proxy for what is sent to a host; undefined where it is asked directly. Throws, without its value, when a variable that counts names none. */
export function proxyOf(scheme: Scheme, host: string, port: number): NamedProxy | undefined {
  if (isLoopback(host)) return undefined;
  const url = `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const variable = variableOf(scheme);
  return variable === undefined || getProxyForUrl(url) === '' ? undefined : toProxy(variable);
}

/** The proxies that the environment names, but for hosts of NO_PROXY and of this machine; throws as `proxyOf` does. */
export function namedProxies(): readonly NamedProxy[] {
  const variables = [variableOf('https'), ...ownNames('http').filter(isSet)];
  const isNever = NEVER.some((name) => process.env[name]?.trim() === '*');
  return isNever ? [] : [...new Set(variables)].flatMap((name) => (name === undefined ? [] : toProxy(name)));
}

/** A proxy as people name it: without the user and the password. */
export function nameOf({ url, variable }: NamedProxy): string {
  return `${url.protocol}//${url.host} (${variable})`;
}

const NEVER = ['no_proxy', 'NO_PROXY'];

function isSet(name: string): boolean {
  return Boolean(process.env[name]);
}

function ownNames(scheme: Scheme): readonly string[] {
  return [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()];
}

function variableOf(scheme: Scheme): string | undefined {
  return [...ownNames(scheme), 'all_proxy', 'ALL_PROXY'].find(isSet);
}

/** What runs on this machine, such as a simulator or a tunnel: no proxy elsewhere would find it. */
function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost$/i.test(host) || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function toProxy(variable: string): NamedProxy {
  const text = process.env[variable] ?? '';
  // As curl, Go and Python have it: where nothing is said, a proxy is spoken to without TLS.
  const whole = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  const fault = faultOf(url);
  if (url && fault === undefined) return { url, variable };
  const error = new Error(`the environment variable ${variable} ${fault}`);
  throw noteTrouble(Object.assign(error, { name: 'UnsoundProxy' }), { action: 'choosing a proxy' });
}

function faultOf(url: URL | undefined): string | undefined {
  if (!url || url.hostname === '') return 'is no URL of a proxy';
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `names a proxy of the kind ${url.protocol.slice(0, -1)}, and only http and https are known`;
  if (`${url.pathname}${url.search}${url.hash}`.length > 1) return 'has more than a host and a port';
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    return 'has a % in its user or password that encodes nothing';
  }
  return undefined;
}
