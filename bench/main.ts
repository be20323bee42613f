// Said once by the program too; here it would stand between the tables.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Each is loaded by the process that has it, so that none is measured with what another needs. */
const ROLES: Readonly<Record<string, (options: never) => Promise<void>>> = {
  'access-log': async (options) => (await import('./roles/access-log.ts')).accessLog(options),
  aws: async (options) => (await import('./roles/aws.ts')).aws(options),
  sdk: async (options) => (await import('./roles/sdk.ts')).sdk(options),
  reader: async (options) => (await import('./roles/reader.ts')).reader(options),
  exporter: async (options) => (await import('./roles/exporter.ts')).exporter(options),
  rendering: async (options) => (await import('./roles/rendering.ts')).rendering(options),
  'prom-client': async (options) => (await import('./roles/prom-client.ts')).promClient(options),
  exporting: async (options) => (await import('./roles/intake.ts')).exporting(options),
  filling: async (options) => (await import('./roles/intake.ts')).filling(options),
  'reading-ids': async (options) => (await import('./roles/intake.ts')).readingIds(options),
  guarded: async (options) => (await import('./roles/guarded.ts')).guarded(options),
  flooding: async (options) => (await import('./roles/flooding.ts')).flooding(options),
  senders: async (options) => (await import('./roles/senders.ts')).senders(options),
  'express-post': async () => (await import('./roles/express-post.ts')).expressPost(),
};

const args = process.argv.slice(2);
const role = ROLES[args[0] ?? ''];
if (role && process.send) {
  // Ctrl-C at a terminal goes to all; who began the run ends it.
  process.on('SIGINT', () => {});
  await role(JSON.parse(args[1] ?? '{}') as never);
} else process.exitCode = await (await import('./cli.ts')).cli(args);

export {};
