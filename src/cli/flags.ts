import { type Command, commands } from './commands.ts';
import { choice, type Flag, many, text, toggle } from './flag.ts';
import {
  toApiId,
  toExternalUrl,
  toListenAddresses,
  toLogGroup,
  toPath,
  toStageNames,
  toTelemetryPath,
  toWholeNumber,
} from './flag-values.ts';

const runs: readonly Command[] = ['serve', 'once', 'check', 'connections', 'demo', 'wire'];
const readers: readonly Command[] = ['serve', 'once', 'check', 'connections', 'wire', 'describe'];
const servers: readonly Command[] = ['serve', 'demo'];

/** Every flag by its name without the dashes; its variable is the name in upper snake case after AWS_CONNECTIONS_EXPORTER_. */
export const flags = {
  'config.file': {
    ...text(undefined, 'PATH', {
      commands: readers,
      topics: ['iam-policy'],
      help: 'Configuration file (YAML). Without one every Client VPN endpoint in the region of the default credential chain is polled.',
    }),
    read: toPath,
  },
  'config.enable-auto-reload': toggle({
    commands: ['serve'],
    help: 'Reload the configuration when its file, or a key, token or CA bundle that it names, changes.',
  }),
  'web.listen-address': {
    ...many([':10176'], 'ADDRESS', {
      commands: servers,
      help: 'Address to serve HTTP on, such as :10176 or 127.0.0.1:10176. Repeatable.',
    }),
    read: toListenAddresses,
  },
  'web.systemd-socket': toggle({
    commands: ['serve'],
    help: 'Listen on the sockets that systemd opened, instead of --web.listen-address; one that is named intake (FileDescriptorName=) replaces intake.listen_address.',
  }),
  'web.external-url': {
    ...text('', 'URL', {
      commands: [...servers, 'describe'],
      topics: ['rules'],
      help: 'Address at which people reach the exporter, such as https://exporter.example.com: links of rules and dashboards lead there.',
    }),
    read: toExternalUrl,
  },
  'web.config.file': {
    ...text(undefined, 'PATH', {
      commands: ['serve', 'check', 'demo'],
      help: 'File with TLS, users, headers and a rate limit of the HTTP port, in the format of all Prometheus exporters.',
    }),
    read: toPath,
  },
  'web.telemetry-path': {
    ...text('/metrics', 'PATH', { commands: servers, help: 'HTTP path of the metrics.' }),
    read: toTelemetryPath,
  },
  'web.disable-exporter-metrics': toggle({
    commands: ['serve', 'once', 'demo'],
    help: 'Leave out the metrics of the process (process_*) and of Node.js (nodejs_*).',
  }),
  'web.enable-lifecycle': toggle({
    commands: servers,
    help: 'Allow POST /-/reload. SIGHUP always reloads.',
  }),
  'web.max-requests': {
    commands: servers,
    help: 'Most scrapes answered at the same time; 0: no bound.',
    default: 40,
    kind: 'one',
    value: 'N',
    read: toWholeNumber,
    environment: true,
  },
  'storage.path': {
    ...text('data/', 'FOLDER', {
      commands: ['serve', 'once'],
      help: 'Folder of the ledger, which keeps counters true over restarts; empty: keep nothing on disk.',
    }),
    read: toPath,
  },
  'log.level': choice('info', ['debug', 'info', 'warn', 'error'], {
    commands: runs,
    help: 'Least severity that is logged, on stderr.',
  }),
  'log.format': choice('logfmt', ['logfmt', 'json'], { commands: runs, help: 'Form of the log lines.' }),
  aws: toggle({
    commands: ['check'],
    help: 'Ask AWS as well for each permission that the configuration needs. Changes nothing there.',
    environment: false,
  }),
  endpoint: {
    ...many([], 'ID', {
      commands: ['connections'],
      help: 'Only connections of this Client VPN endpoint. Repeatable.',
      environment: false,
    }),
    read: (texts: readonly string[]): readonly string[] => {
      const wrong = texts.find((text) => !/^cvpn-endpoint-[0-9a-zA-Z]+$/.test(text));
      if (wrong === undefined) return texts;
      throw new Error(
        `expected the id of a Client VPN endpoint, such as cvpn-endpoint-0123456789abcdef0, got ${JSON.stringify(wrong)}`,
      );
    },
  },
  status: many([], 'STATUS', {
    commands: ['connections'],
    help: 'Only connections with this status: active, failed-to-terminate, terminating, terminated, unknown, or another that AWS lists. Repeatable; default: all.',
    environment: false,
  }),
  user: text(undefined, 'NAME', {
    commands: ['connections'],
    help: 'Only connections of this user name or common name.',
    environment: false,
  }),
  output: choice('table', ['table', 'json', 'csv'], {
    commands: ['connections'],
    help: 'Form of the list.',
    environment: false,
  }),
  'api-id': {
    ...text(undefined, 'ID', {
      commands: ['wire', 'describe'],
      topics: ['iam-policy'],
      help: 'The WebSocket API, such as a1b2c3d4e5.',
      environment: false,
    }),
    read: toApiId,
  },
  stage: {
    ...many([], 'NAME', {
      commands: ['wire', 'describe'],
      topics: ['iam-policy'],
      help: 'A stage of the API: the one that gets an access log, or that --deploy deploys. Repeatable.',
      environment: false,
    }),
    read: toStageNames,
  },
  'log-group': {
    ...text(undefined, 'NAME', {
      commands: ['wire', 'describe'],
      topics: ['access-log', 'iam-policy'],
      help: 'The log group that the access log is written to; it is made where there is none. Without it, /ws/<api id>/<stage>.',
      environment: false,
    }),
    read: toLogGroup,
  },
  apply: toggle({
    commands: ['wire'],
    help: 'Carry the plan out. Without it nothing is changed.',
    environment: false,
  }),
  deploy: toggle({
    commands: ['wire'],
    topics: ['headers'],
    help: 'Deploy the stage as well, with every pending change of the API.',
    environment: false,
  }),
  undo: {
    ...text(undefined, 'FILE', {
      commands: ['wire'],
      help: 'Bring back what was before an --apply, which wrote this file.',
      environment: false,
    }),
    read: toPath,
  },
  force: toggle({
    commands: ['wire'],
    help: 'Also where CloudFormation, CDK, Terraform or another tool manages what is changed.',
    environment: false,
  }),
  for: choice('all', ['all', 'hub', 'member', 'wire'], {
    commands: ['describe'],
    topics: ['iam-policy'],
    help: 'Whose IAM policy: of the identity that the exporter runs as (hub), of the roles that it assumes in other accounts (member), or both in one; or of whoever wires an API (wire), which the exporter never needs.',
    environment: false,
  }),
  version: toggle({ commands, help: 'Print the version.', environment: false }),
  help: toggle({ commands, help: 'Print this help.', environment: false }),
} as const satisfies Record<string, Flag<unknown>>;

export type FlagName = keyof typeof flags;

/** The value of every flag, given or default. */
export type Flags = { readonly [Name in FlagName]: ReturnType<(typeof flags)[Name]['read']> };

/** The environment variable of a flag, or undefined when it has none. */
export function variableOf(name: FlagName): string | undefined {
  if (!flags[name].environment) return undefined;
  return `AWS_CONNECTIONS_EXPORTER_${name.toUpperCase().replace(/[.-]/g, '_')}`;
}
