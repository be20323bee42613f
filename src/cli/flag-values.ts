import { toListenAddress } from '../fields/listen-address.ts';

/** The texts as they are, each of them a listen address; throws a sentence. */
export function toListenAddresses(texts: readonly string[]): readonly string[] {
  for (const text of texts) {
    const address = toListenAddress(text);
    if (typeof address === 'string') throw new Error(address);
  }
  return texts;
}

/** Where people reach the exporter, without a slash at its end, so that a path can follow; throws a sentence. */
export function toExternalUrl([given = '']: readonly string[]): string {
  const example = 'an address such as https://exporter.example.com';
  const shown = JSON.stringify(given);
  if (!URL.canParse(given) || /[\s\p{C}]/u.test(given)) throw new Error(`expected ${example}, got ${shown}`);
  const { protocol, username, password, host, pathname } = new URL(given);
  if (username !== '' || password !== '')
    throw new Error(`expected ${example}, without the user name or password that it has`);
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new Error(`expected ${example}, with http:// or https://, got ${shown}`);
  if (/[?#]/.test(given))
    throw new Error(
      `expected ${example}, without what begins with ? or #, for paths are put after it, got ${shown}`,
    );
  return `${protocol}//${host}${pathname}`.replace(/\/+$/, '');
}

/** A path of HTTP that nobody has to normalise, and that is not that of another page; throws a sentence. */
export function toTelemetryPath([path = '']: readonly string[]): string {
  const shown = JSON.stringify(path);
  if (!/^\/[^?#\s]*$/.test(path) || !/^[!-~]*$/.test(path))
    throw new Error(`expected a path that begins with / and has only ASCII letters and signs, got ${shown}`);
  if (/\/(\.|%2e){0,2}\//i.test(path) || /\/(\.|%2e){1,2}$/i.test(path))
    throw new Error(
      `expected a path without //, /./ and /../, which clients and proxies rewrite, got ${shown}`,
    );
  if (!/^\/($|-\/|config$|api\/|(dashboards|runbooks|docs)(\/|$))/.test(path)) return path;
  throw new Error(`${path} is the path of something else; /metrics is usual`);
}

/** A path of the file system as it is; throws a sentence where only a shell would know what it means. */
export function toPath([path = '']: readonly string[]): string {
  if (!path.startsWith('~')) return path;
  throw new Error(
    `only a shell knows what ~ stands for, and none has seen this: write the whole path, got ${JSON.stringify(path)}`,
  );
}

/** A whole number that is not negative; throws a sentence. */
export function toWholeNumber([given = '']: readonly string[]): number {
  if (/^[0-9]{1,9}$/.test(given)) return Number(given);
  throw new Error(`expected a whole number, got ${JSON.stringify(given)}`);
}

/** The id of an API of API Gateway; throws a sentence. */
export function toApiId([given = '']: readonly string[]): string {
  if (/^[0-9a-z]{1,32}$/.test(given)) return given;
  throw new Error(`expected the id of an API, such as a1b2c3d4e5, got ${JSON.stringify(given)}`);
}

/** Names of stages as they are; throws a sentence. */
export function toStageNames(texts: readonly string[]): readonly string[] {
  const wrong = texts.find((text) => !/^[\w$-]{1,128}$/.test(text));
  if (wrong === undefined) return texts;
  throw new Error(`expected the name of a stage, such as prod, got ${JSON.stringify(wrong)}`);
}

/** The name of a log group that API Gateway can write to; throws a sentence. */
export function toLogGroup([given = '']: readonly string[]): string {
  if (/^[\w\-/.]{1,512}$/.test(given) && !/^aws\//.test(given)) return given;
  throw new Error(
    `expected the name of a log group, such as /ws/access, with letters, digits and _ - / . only, got ${JSON.stringify(given)}`,
  );
}
