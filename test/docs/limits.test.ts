import { readFileSync } from 'node:fs';
import { maxHeaderSize } from 'node:http';
import { expect, test } from 'vitest';
import { LONGEST_FIELD } from '../../src/app/log.ts';
import { MOST_WAITING_BYTES } from '../../src/app/log-output.ts';
import { MAX_ITEMS, MAX_PAGES as MAX_LISTING_PAGES, MOST_ENDPOINTS } from '../../src/aws/answers.ts';
import { LONGEST_MESSAGE } from '../../src/aws/errors.ts';
import { MOST_CHARACTERS as HELPER_CHARACTERS } from '../../src/aws/helpers.ts';
import { MAX_MIB } from '../../src/aws/http-handler.ts';
import { MOST_IN_FLIGHT } from '../../src/aws/in-flight.ts';
import { LONGEST_TEXT, MAX_DEPTH } from '../../src/aws/xml-reader.ts';
import { flags } from '../../src/cli/flags.ts';
import { LONGEST_ID, MOST_POSTURES_EACH } from '../../src/collectors/client-vpn/decode.ts';
import { MAX_POSTURES } from '../../src/collectors/client-vpn/postures.ts';
import { MOST_TUNNELS } from '../../src/collectors/site-to-site-vpn/record.ts';
import { MOST_IDS } from '../../src/collectors/websocket/columns/listed-ids.ts';
import { LEAST_POLL_MS } from '../../src/collectors/websocket/config.ts';
import { AT_ONCE } from '../../src/collectors/websocket/feeds/queue-feed.ts';
import { READINGS_PER_SECOND } from '../../src/collectors/websocket/feeds/source-logs.ts';
import { MOST_MESSAGES } from '../../src/collectors/websocket/feeds/source-sqs.ts';
import { LONGEST_LINE } from '../../src/collectors/websocket/ids/file-reader.ts';
import { LONGEST_READING_MS } from '../../src/collectors/websocket/ids/scan-reading.ts';
import { MOST_HELD } from '../../src/collectors/websocket/poller.ts';
import { LIFETIME_MS } from '../../src/collectors/websocket/registry/entry.ts';
import { DEEPEST, MOST_ALIASES, MOST_TOKENS } from '../../src/config/document.ts';
import { MOST_CHARACTERS as CONFIG_CHARACTERS } from '../../src/config/load.ts';
import { MOST_PROBLEMS } from '../../src/config/problems.ts';
import { configSchema } from '../../src/config/schema.ts';
import { LONGEST_SENTENCE } from '../../src/core/error-text.ts';
import { MOST_SAID_ONCE } from '../../src/core/fault-log.ts';
import { MOST_OTHER_STATUSES } from '../../src/core/ledger.ts';
import { LONGEST } from '../../src/event-forms/message.ts';
import { MOST_CHARACTERS } from '../../src/exposition/short-labels.ts';
import { MOST_BYTES } from '../../src/files/unfit.ts';
import { MAX_READ, MAX_RECEIVED } from '../../src/intake/body.ts';
import { MOST_TAGS } from '../../src/polling/selection.ts';
import { MAX_WAITING } from '../../src/server/conversation.ts';
import { MOST_UNDER_WAY } from '../../src/server/handshakes.ts';
import { INTAKE_LIMITS, SCRAPE_LIMITS } from '../../src/server/limits.ts';
import { MOST_STATUSES } from '../../src/server/page/endpoints.ts';
import { MOST_ROWS } from '../../src/server/page/rows.ts';
import { MOST_LISTED } from '../../src/server/page/summary.ts';
import { MAX_PAGES } from '../../src/server/pages.ts';
import { MOST_KNOWN, MOST_WAITING } from '../../src/server/passwords.ts';
import { MOST_STORED_BYTES } from '../../src/storage/file.ts';

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');
const defaults = configSchema.parse({});

const count = (value: number) => value.toLocaleString('en-US');
const characters = (value: number) => `${count(value)} characters`;
const kib = (bytes: number) => `${bytes / 1024} KiB`;
const mib = (bytes: number) => `${bytes / 2 ** 20} MiB`;

/** Every limit as the code has it, in the words of the page. */
const LIMITS: Readonly<Record<string, string>> = {
  'series of the exposition': count(defaults.limits.series),
  'users with series, per endpoint': count(defaults.client_vpn.users.max),
  'connections with series, per endpoint': count(defaults.client_vpn.connections.max),
  'statuses of connections that AWS adds, per endpoint': count(MOST_OTHER_STATUSES),
  'posture compliance statuses, per endpoint': count(MAX_POSTURES),
  'tunnels of a Site-to-Site VPN connection': count(MOST_TUNNELS),
  'a label': characters(MOST_CHARACTERS),
  'the id of a Client VPN connection': characters(LONGEST_ID),
  'posture compliance statuses of one connection': count(MOST_POSTURES_EACH),
  'tags of an endpoint': count(MOST_TAGS),
  'the body of an answer': `${MAX_MIB} MiB`,
  'elements within each other': count(MAX_DEPTH),
  'the text of one element': kib(LONGEST_TEXT),
  'items of a listing': count(MAX_ITEMS),
  'pages of a listing': count(MAX_LISTING_PAGES),
  'endpoints of an account and region': count(MOST_ENDPOINTS),
  'ids in a table or file': count(MOST_IDS),
  'the time of one scan of a table': `${LONGEST_READING_MS / 3_600_000} h`,
  'a line of a file of ids': kib(LONGEST_LINE),
  'an error message of AWS': characters(LONGEST_MESSAGE),
  'what a `credential_process` writes': mib(HELPER_CHARACTERS),
  'requests to AWS under way, all targets together': count(MOST_IN_FLIGHT),
  'requests to EC2 for Client VPN a second, per target': count(defaults.client_vpn.requests_per_second),
  'look-ups a second, per target': count(defaults.websocket.requests_per_second),
  'readings of access logs a second, of an account and region': count(READINGS_PER_SECOND),
  'from one reading of an access log to the next, at least': `${LEAST_POLL_MS / 1000} s`,
  'how far back an access log is read': `${LIFETIME_MS / 3_600_000} h`,
  'messages of a queue received at a time': count(AT_ONCE * MOST_MESSAGES),
  'a message of a queue': kib(LONGEST),
  'scrapes under way': count(Number(flags['web.max-requests'].default)),
  'other answers under way': count(MAX_PAGES),
  'connections of the metrics port': count(SCRAPE_LIMITS.maxConnections),
  'connections of the intake': count(INTAKE_LIMITS.maxConnections),
  'of these, idle ones of the metrics port': count(SCRAPE_LIMITS.maxIdle),
  'of these, idle ones of the intake': count(INTAKE_LIMITS.maxIdle),
  'TLS handshakes under way, per port': count(MOST_UNDER_WAY),
  'logins that wait for their password to be compared': count(MOST_WAITING),
  'logins that are remembered': count(MOST_KNOWN),
  'requests waiting on one connection': count(MAX_WAITING),
  'headers of a request': kib(maxHeaderSize),
  'the body of an event': kib(MAX_READ),
  'the body beside headers of an event, which is not read': kib(MAX_RECEIVED),
  'connections remembered from events': count(defaults.intake.max_connections),
  'events of the intake that wait for their endpoints': count(MOST_HELD),
  'the configuration': mib(CONFIG_CHARACTERS),
  'keys, values and signs of it': count(MOST_TOKENS),
  'its depth': count(DEEPEST),
  'its aliases': count(MOST_ALIASES),
  'problems of it that are told': count(MOST_PROBLEMS),
  'files that it names (keys, tokens, certificates)': mib(MOST_BYTES),
  'a stored file': mib(MOST_STORED_BYTES),
  'a field of a log line': characters(LONGEST_FIELD),
  'an error in words': characters(LONGEST_SENTENCE),
  'things of which the same is said once': count(MOST_SAID_ONCE),
  'bytes of the log that wait for a slow reader': mib(MOST_WAITING_BYTES),
  'endpoints on the status page': count(MOST_ROWS),
  'columns of statuses on the status page': count(MOST_STATUSES),
  'problems at the top of the status page': count(MOST_LISTED),
};

const rows = [...page.matchAll(/^\| (?!what \||---)(.*?) \| (.*?) \|(.*)\|$/gm)].map(
  ([, what = '', much = '', rest = '']) => ({ what, much, rest }),
);

test('docs/limits.md has every limit, with the number that the code has', () => {
  expect(Object.fromEntries(rows.map(({ what, much }) => [what, much]))).toEqual(LIMITS);
  expect(rows).toHaveLength(Object.keys(LIMITS).length);
});

test('what it names there is: keys, metrics, reasons and fields', () => {
  const example = readFileSync(new URL('../../config/exporter.example.yaml', import.meta.url), 'utf8');
  const metrics = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  for (const { rest } of rows) {
    for (const [, metric] of rest.matchAll(/`(\w+_total)/g))
      expect(metrics).toContain(`\`aws_connections_exporter_${metric}\``);
    for (const [, key = ''] of rest.matchAll(/`((?:limits|client_vpn|websocket|intake)\.[\w.]+)`/g))
      expect(example).toContain(`${key.split('.').at(-1)}:`);
  }
});
