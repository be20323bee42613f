import { expect, test } from 'vitest';
import { parseArgs } from '../../src/cli/args.ts';

const NONE = {};

function flagsOf(argv: readonly string[], env: Readonly<Record<string, string>> = NONE) {
  const args = parseArgs(argv, env);
  if ('error' in args) throw new Error(args.error);
  return args.flags;
}

test('without arguments it serves with every default', () => {
  expect(parseArgs([], NONE)).toEqual({
    command: 'serve',
    isNamed: false,
    topic: undefined,
    flags: {
      'config.file': undefined,
      'config.enable-auto-reload': false,
      'web.listen-address': [':10176'],
      'web.systemd-socket': false,
      'web.external-url': '',
      'web.config.file': undefined,
      'web.telemetry-path': '/metrics',
      'web.disable-exporter-metrics': false,
      'web.enable-lifecycle': false,
      'web.max-requests': 40,
      'storage.path': 'data/',
      'log.level': 'info',
      'log.format': 'logfmt',
      aws: false,
      endpoint: [],
      status: [],
      user: undefined,
      output: 'table',
      'api-id': undefined,
      stage: [],
      'log-group': undefined,
      apply: false,
      deploy: false,
      undo: undefined,
      force: false,
      for: 'all',
      version: false,
      help: false,
    },
  });
});

test.each([
  ['http://10.0.0.1:10176', 'http://10.0.0.1:10176'],
  ['https://exporter.example.com/', 'https://exporter.example.com'],
  ['https://example.com/vpn/exporter/', 'https://example.com/vpn/exporter'],
  ['HTTPS://Example.com:443//', 'https://example.com'],
  ['https://example.com/vpn/../exporter//', 'https://example.com/exporter'],
  ['http://[::1]:8080/', 'http://[::1]:8080'],
])('the external URL %s is what paths are put after', (given, url) => {
  expect(flagsOf(['serve', `--web.external-url=${given}`])['web.external-url']).toBe(url);
});

test('a value stands after = or after a space, before or after the command', () => {
  const argv = ['--log.level=debug', 'once', '--config.file', 'a=b.yaml', '--storage.path='];
  expect(parseArgs(argv, NONE)).toMatchObject({
    command: 'once',
    flags: { 'log.level': 'debug', 'config.file': 'a=b.yaml', 'storage.path': '' },
  });
});

test('repeatable flags gather their values', () => {
  const [a, b] = ['cvpn-endpoint-0a', 'cvpn-endpoint-0b'];
  const argv = ['connections', `--endpoint=${a}`, '--endpoint', b, '--status=active', '--output=csv'];
  expect(flagsOf(argv)).toMatchObject({ endpoint: [a, b], status: ['active'], output: 'csv' });
});

test.each([
  ['--web.enable-lifecycle', true],
  ['--web.enable-lifecycle=true', true],
  ['--web.enable-lifecycle=false', false],
  ['--no-web.enable-lifecycle', false],
])('%s is %s whatever the environment says', (argument, value) => {
  const env = { AWS_CONNECTIONS_EXPORTER_WEB_ENABLE_LIFECYCLE: String(!value) };
  expect(flagsOf([argument], env)['web.enable-lifecycle']).toBe(value);
});

test('the environment gives what the command line does not', () => {
  const env = {
    AWS_CONNECTIONS_EXPORTER_WEB_LISTEN_ADDRESS: ':1, :2',
    AWS_CONNECTIONS_EXPORTER_WEB_MAX_REQUESTS: '7',
    AWS_CONNECTIONS_EXPORTER_CONFIG_ENABLE_AUTO_RELOAD: 'true',
    AWS_CONNECTIONS_EXPORTER_CONFIG_FILE: '',
    AWS_CONNECTIONS_EXPORTER_STORAGE_PATH: '',
    AWS_CONNECTIONS_EXPORTER_LOG_LEVEL: 'warn',
  };
  expect(flagsOf(['--log.level=error'], env)).toMatchObject({
    'web.listen-address': [':1', ':2'],
    'web.max-requests': 7,
    'config.enable-auto-reload': true,
    'config.file': undefined,
    'storage.path': '',
    'log.level': 'error',
  });
});

test('the environment is not asked for flags that have no meaning for the command, nor for unknown ones', () => {
  const env = {
    AWS_CONNECTIONS_EXPORTER_WEB_MAX_REQUESTS: 'many',
    AWS_CONNECTIONS_EXPORTER_HELP: 'true',
    // Kubernetes sets these for a service of this name.
    AWS_CONNECTIONS_EXPORTER_SERVICE_HOST: '10.0.0.1',
    AWS_CONNECTIONS_EXPORTER_PORT: 'tcp://10.0.0.1:10176',
  };
  expect(flagsOf(['check'], env)).toMatchObject({ 'web.max-requests': 40, help: false });
});

test.each([
  ['metrics', {}],
  ['iam-policy', { 'config.file': 'x.yaml', for: 'member' }],
  ['config-schema', {}],
  ['rules', { 'web.external-url': 'https://exporter.example.com' }],
])('describe %s', (topic, flags) => {
  const argv = ['describe', topic, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
  expect(parseArgs(argv, NONE)).toMatchObject({ command: 'describe', topic, flags });
});

test.each([[['--help']], [['-h']], [['describe', '--help']], [['connections', '--help']]])(
  '%j asks for help',
  (argv) => {
    expect(flagsOf(argv).help).toBe(true);
  },
);

test.each([
  ['--web.listen-adress=:1', 'unknown flag --web.listen-adress, did you mean --web.listen-address?'],
  ['-web.listen-address=:1', 'unknown flag -web.listen-address, did you mean --web.listen-address?'],
  [
    '--no-web.enable-lifecyle',
    'unknown flag --no-web.enable-lifecyle, did you mean --no-web.enable-lifecycle?',
  ],
  ['--no-log.level', 'unknown flag --no-log.level, did you mean --log.level?'],
  ['serv', 'unknown command serv, did you mean serve?'],
  ['serve now', 'unexpected argument now'],
  ['describe', 'describe what? One of metrics, iam-policy, config-schema, rules'],
  ['describe metric', 'unknown topic metric, did you mean metrics?'],
  ['describe metrics twice', 'unexpected argument twice'],
  ['check --output=json', '--output has no meaning for check, only for connections'],
  ['connections --storage.path=x', '--storage.path has no meaning for connections, only for serve, once'],
  ['--config.file', '--config.file needs a value'],
  ['--config.file=', '--config.file needs a value'],
  ['--config.file --log.level=debug', '--config.file needs a value'],
  ['--log.level=info --log.level=debug', '--log.level is given 2 times'],
  ['--log.level=loud', '--log.level: expected debug, info, warn, error, got "loud"'],
  ['--web.max-requests=-1', '--web.max-requests: expected a whole number, got "-1"'],
  [
    '--web.telemetry-path=metrics',
    '--web.telemetry-path: expected a path that begins with / and has only ASCII letters and signs, got "metrics"',
  ],
  ...[
    ['exporter.example.com', ', got "exporter.example.com"'],
    ['/exporter', ', got "/exporter"'],
    ['https://e.exam\tple', ', got "https://e.exam\\tple"'],
    ['ftp://e.example', ', with http:// or https://, got "ftp://e.example"'],
    ['localhost:10176', ', with http:// or https://, got "localhost:10176"'],
    [
      'https://e.example/?q',
      ', without what begins with ? or #, for paths are put after it, got "https://e.example/?q"',
    ],
    [
      'https://e.example/#',
      ', without what begins with ? or #, for paths are put after it, got "https://e.example/#"',
    ],
    ['https://u:p@e.example/', ', without the user name or password that it has'],
  ].map(([url, problem]) => [
    `--web.external-url=${url}`,
    `--web.external-url: expected an address such as https://exporter.example.com${problem}`,
  ]),
  [
    '--web.listen-address=:99999',
    '--web.listen-address: ":99999" is not a listen address: the port must be a number from 0 to 65535',
  ],
  [
    'demo --web.listen-address=127.0.0.1',
    '--web.listen-address: "127.0.0.1" is not a listen address: expected host:port, [IPv6]:port or :port',
  ],
  ...['storage.path=~/data', 'config.file=~'].map((flag) => [
    `--${flag}`,
    `--${flag.replace('=', ': only a shell knows what ~ stands for, and none has seen this: write the whole path, got "')}"`,
  ]),
  ...['start', 'run', 'xyzzy'].map((word) => [
    word,
    `unknown command ${word}; there are serve, once, check, connections, demo, wire, describe`,
  ]),
  ['help strat', 'unknown command strat; there are serve, once, check, connections, demo, wire, describe'],
  ['--verison', 'unknown flag --verison, did you mean --version?'],
  ['--quux', 'unknown flag --quux'],
  ['wire', 'wire what? One of access-log, headers'],
  ['wire header', 'unknown topic header, did you mean headers?'],
  ['wire headers prod', 'unexpected argument prod'],
  ['serve --apply', '--apply has no meaning for serve, only for wire'],
  ['wire access-log --deploy', '--deploy has no meaning for wire access-log, only for wire headers'],
  [
    'wire headers --log-group=/ws',
    '--log-group has no meaning for wire headers, only for wire access-log, describe iam-policy',
  ],
  ['describe iam', 'unknown topic iam; there are metrics, iam-policy, config-schema, rules'],
  [
    'describe metrics --config.file=x',
    '--config.file has no meaning for describe metrics, only for serve, once, check, connections, wire, describe iam-policy',
  ],
  ['describe rules --for=hub', '--for has no meaning for describe rules, only for describe iam-policy'],
  [
    'describe config-schema --web.external-url=https://e.example',
    '--web.external-url has no meaning for describe config-schema, only for serve, demo, describe rules',
  ],
  ['--web.enable-lifecycle=yes', '--web.enable-lifecycle: expected true or false, got "yes"'],
  ['--no-web.enable-lifecycle=true', '--no-web.enable-lifecycle takes no value'],
  [
    'once --web.config.file=web.yml',
    '--web.config.file has no meaning for once, only for serve, check, demo',
  ],
])('%s is an error', (line, error) => {
  expect(parseArgs(line.split(' '), NONE)).toEqual({ error });
});

test.each([
  [
    'WEB_LISTEN_ADDRESS',
    ':1, 127.0.0.1',
    '"127.0.0.1" is not a listen address: expected host:port, [IPv6]:port or :port',
  ],
  [
    'STORAGE_PATH',
    '~/data',
    'only a shell knows what ~ stands for, and none has seen this: write the whole path, got "~/data"',
  ],
  ['LOG_FORMAT', 'text', 'expected logfmt, json, got "text"'],
  ['WEB_MAX_REQUESTS', '1e3', 'expected a whole number, got "1e3"'],
  ['WEB_ENABLE_LIFECYCLE', 'yes', 'expected true or false, got "yes"'],
])('a wrong value in the environment names its variable: %s=%s', (name, value, message) => {
  const variable = `AWS_CONNECTIONS_EXPORTER_${name}`;
  expect(parseArgs([], { [variable]: value })).toEqual({ error: `${variable}: ${message}` });
});

test.each([
  '/',
  '/config',
  '/api/v1/connections',
  '/api/v1/x',
  '/-/healthy',
  '/-/x',
  '/dashboards',
  '/dashboards/x',
  '/runbooks/x',
  '/docs/metrics',
])('the metrics cannot stand on %s, where something else stands', (path) => {
  const error = `--web.telemetry-path: ${path} is the path of something else; /metrics is usual`;
  expect(parseArgs([`--web.telemetry-path=${path}`], NONE)).toEqual({ error });
  const variable = 'AWS_CONNECTIONS_EXPORTER_WEB_TELEMETRY_PATH';
  expect(parseArgs([], { [variable]: path })).toEqual({ error: error.replace(/^[^:]*/, variable) });
});

test.each(['/a/../b', '//x', '/x//y', '/./x', '/x/..', '/x/%2e%2E', '/%2e./x', '/x/.'])(
  'the metrics cannot stand on %s, which clients and proxies rewrite',
  (path) => {
    expect(parseArgs([`--web.telemetry-path=${path}`], NONE)).toEqual({
      error: `--web.telemetry-path: expected a path without //, /./ and /../, which clients and proxies rewrite, got "${path}"`,
    });
  },
);

test('help and version are commands too', () => {
  expect(parseArgs(['help'], NONE)).toMatchObject({ isNamed: false, flags: { help: true } });
  expect(parseArgs(['help', 'check'], NONE)).toMatchObject({
    command: 'check',
    isNamed: true,
    flags: { help: true },
  });
  expect(parseArgs(['help', 'describe'], NONE)).toMatchObject({ command: 'describe', flags: { help: true } });
  expect(parseArgs(['version'], NONE)).toMatchObject({ flags: { version: true, help: false } });
  // The value of a flag is no command.
  expect(parseArgs(['--log.level', 'info', '--help'], NONE)).toMatchObject({ isNamed: false });
});

test('what the environment says of another topic is not looked at', () => {
  const env = {
    AWS_CONNECTIONS_EXPORTER_WEB_EXTERNAL_URL: 'x',
    AWS_CONNECTIONS_EXPORTER_CONFIG_FILE: 'x.yaml',
  };
  expect(flagsOf(['describe', 'metrics'], env)).toMatchObject({
    'web.external-url': '',
    'config.file': undefined,
  });
});

test.each(['/métriques', '/a b', '/a\tb', '/a\n', '/a\u007f', '/a?b', '/a#b', 'http://x/metrics'])(
  'the metrics cannot stand on %j, which is no path to ask for',
  (path) => {
    expect(parseArgs([`--web.telemetry-path=${path}`], NONE)).toEqual({
      error: `--web.telemetry-path: expected a path that begins with / and has only ASCII letters and signs, got ${JSON.stringify(path)}`,
    });
  },
);

test.each(['/metrics', '/configuration', '/apis', '/a/b', '/a/', '/.a/...', '/%41', '/m(x)*:y'])(
  'the metrics can stand on %s',
  (path) => {
    expect(flagsOf([`--web.telemetry-path=${path}`])['web.telemetry-path']).toBe(path);
  },
);
