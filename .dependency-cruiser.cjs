/** Packages that code in src may import, each with the one place that may and the reason for it. */
const homes = [
  {
    packages: 'prom-client',
    home: '^src/exposition/process-metrics[.]ts$',
    why: 'Its successor has another name and needs a newer Node.js: to follow it must stay a change to one file.',
  },
  {
    packages: 'express',
    home: '^src/server/pages[.]ts$',
    why: 'Everything else answers plain values, and can be tested and served without express.',
  },
  {
    packages: 'node-cron',
    home: '^src/schedule/cron[.]ts$',
    why: 'When a pass is due is decided by pure functions; the library only reads cron expressions.',
  },
  {
    packages: 'pino',
    home: '^src/app/log[.]ts$',
    why: 'Everybody else logs through the interface in src/core/logger.ts, which tests replace.',
  },
  {
    packages: '@(aws-sdk|smithy)/.+',
    home: [
      '^src/aws/',
      '^src/collectors/[^/]+/source[^/]*[.]ts$',
      '^src/collectors/[^/]+/[^/]+/source[^/]*[.]ts$',
    ],
    why: "AWS' types and errors end at the wall: from there on there are records, in our words.",
  },
  {
    packages: 'proxy-from-env',
    home: '^src/aws/proxies[.]ts$',
    why: 'Which proxy leads to a host is decided once, for every client of AWS.',
  },
  {
    packages: 'zod',
    home: '^src/(config/|web-config/|fields/|collectors/[^/]+/config[.]ts$)',
    why: 'Configuration is checked once, when it is read; everybody else gets values that are right.',
  },
  {
    packages: 'yaml',
    home: '^src/config/',
    why: 'Only the configuration is YAML.',
  },
  {
    packages: 'bcryptjs',
    home: '^src/server/bcrypt[.]ts$',
    why: 'A comparison takes a fifth of a second or more: it has a thread of its own.',
  },
  {
    packages: 'fastest-levenshtein',
    home: ['^src/fields/nearest[.]ts$', '^src/aws/profiles[.]ts$'],
    why: 'One answer to "which name was meant?", for keys, flags and commands alike; AWS profiles, below the configuration, have theirs.',
  },
];

/** Matches a package wherever it resolves to: its own folder, its types, or its bare name when it is not installed. */
const pathOf = (packages) => `(^|/node_modules/|^node_modules/)(@types/)?${packages}(/|$)`;
const npm = [
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
  'unknown',
];

const forbidden = [
  {
    name: 'no-cycles',
    comment:
      'A cycle, types included, means that two things are one: none of them can be read or tested alone.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'core-stands-alone',
    comment:
      'The ground imports nothing, not even node: modules: it is arithmetic and interfaces, true anywhere.',
    from: { path: '^src/core/' },
    to: { pathNot: '^src/core/' },
  },
  {
    name: 'walls-stand-on-the-ground',
    comment: 'exposition, aws and storage know nothing of domains, of each other or of who calls them.',
    from: { path: '^src/(exposition|aws|storage)/' },
    to: { path: '^src/', pathNot: '^src/(core|files|$1)/' },
  },
  {
    name: 'files-stand-alone',
    comment: 'How a file is judged before it is read depends on nobody who reads one.',
    from: { path: '^src/files/' },
    to: { path: '^src/', pathNot: '^src/files/' },
  },
  {
    name: 'rooms-see-no-other-room',
    comment: 'A domain is a folder that can be copied or deleted; what two of them share belongs below them.',
    from: { path: '^src/collectors/([^/]+)/' },
    to: { path: '^src/collectors/[^/]+/', pathNot: '^src/collectors/$1/' },
  },
  {
    name: 'rooms-stand-on-the-walls',
    comment: 'A domain does not know who schedules or serves it: arrows point down.',
    from: { path: '^src/collectors/', pathNot: '^src/collectors/[^/]+/config[.]ts$' },
    to: {
      path: '^src/',
      pathNot: '^src/(core|event-forms|fields|files|exposition|aws|storage|polling|collectors)/',
    },
  },
  {
    name: 'forms-stand-on-the-ground',
    comment: 'What an event looks like does not depend on who tells it: the intake, a queue or a log.',
    from: { path: '^src/event-forms/' },
    to: { path: '^src/', pathNot: '^src/(core|event-forms)/' },
  },
  {
    name: 'polling-knows-no-room',
    comment: 'What every domain is made with knows none of them, nor who schedules or serves it.',
    from: { path: '^src/polling/' },
    to: { path: '^src/', pathNot: '^src/(core|fields|files|aws|storage|polling)/' },
  },
  {
    name: 'slices-are-made-of-fields',
    comment:
      "A domain's slice of the configuration is made of the shared fields and of nothing else above it.",
    from: { path: '^src/collectors/([^/]+)/config[.]ts$' },
    to: { path: '^src/', pathNot: ['^src/(core|fields)/', '^src/collectors/$1/'] },
  },
  {
    name: 'rooms-behind-the-table',
    comment:
      'To add a domain is to add a line to the table in src/collectors/index.ts; only commands are about one domain.',
    from: {
      path: '^src/',
      pathNot: ['^src/collectors/([^/]+/|index[.]ts$)', '^src/cli/'],
    },
    to: { path: '^src/collectors/[^/]+/' },
  },
  {
    name: 'rooms-entered-by-index',
    comment: 'What a domain shows of itself is its index.ts; the rest of it may change freely.',
    from: { path: '^src/(collectors/index[.]ts$|cli/)' },
    to: { path: '^src/collectors/[^/]+/', pathNot: '/index[.]ts$' },
  },
  {
    name: 'doors-know-no-rooms',
    comment: 'Doors get functions handed in.',
    from: { path: '^src/(server|intake|schedule)/' },
    to: { path: '^src/(collectors|polling)/' },
  },
  {
    name: 'configuration-asks-the-table',
    comment: 'A section is what its domain says; the configuration knows the table and no domain.',
    from: { path: '^src/config/' },
    to: { path: '^src/(collectors|polling)/', pathNot: '^src/(collectors/index|polling/domain)[.]ts$' },
  },
  {
    name: 'web-configuration-reads-alone',
    comment:
      "What the file of --web.config.file says depends on how YAML is read and told of, and on nothing of the exporter's own configuration.",
    from: { path: '^src/web-config/(read|judge)[.]ts$' },
    to: {
      path: '^src/',
      pathNot: [
        '^src/(core|fields|files|web-config)/',
        '^src/config/(document|messages|problems|spelled)[.]ts$',
      ],
    },
  },
  {
    name: 'fields-stand-on-the-ground',
    comment: 'The vocabulary of sections is shared by the house and the domains, so it knows neither.',
    from: { path: '^src/fields/' },
    to: { path: '^src/', pathNot: '^src/(core|fields)/' },
  },
  {
    name: 'nothing-leans-on-the-roof',
    comment: 'Only commands and the application know every part, so nobody may know them.',
    from: { path: '^src/', pathNot: ['^src/(cli|app)/', '^src/main[.]ts$'] },
    to: { path: ['^src/(cli|app)/', '^src/main[.]ts$'] },
  },
  {
    name: 'application-knows-no-command',
    comment: 'What runs does not know which command started it.',
    from: { path: '^src/app/' },
    to: { path: ['^src/cli/', '^src/main[.]ts$'] },
  },
  {
    name: 'simulator-stands-alone',
    comment: 'The simulator is a witness: sharing a line with what it tests, it would share its mistakes.',
    from: { path: '^src/simulator/' },
    to: { pathNot: '^src/simulator/', dependencyTypesNot: ['core'] },
  },
  {
    name: 'simulator-for-the-demo-only',
    comment: 'No daemon in production may ever be able to answer with simulated numbers.',
    from: { path: '^src/', pathNot: ['^src/simulator/', '^src/cli/demo[.]ts$'] },
    to: { path: '^src/simulator/' },
  },
  {
    name: 'source-without-tests',
    comment: 'What we ship does not contain what checks it.',
    from: { path: '^src/' },
    to: { path: '^(test|bench|fuzz|scripts|soak)/' },
  },
  {
    name: 'dashboards-as-they-are-shipped',
    comment:
      'What we serve is the committed JSON that people review and import, not the code that writes it.',
    from: { path: '^src/' },
    to: { path: '^grafana/', pathNot: '^grafana/generated/' },
  },
  {
    name: 'dashboards-stand-alone',
    comment: 'Dashboards know metrics by the names in their documents, as everybody does who imports them.',
    from: { path: '^grafana/' },
    to: { path: '^(src|test|bench|fuzz|scripts|soak)/' },
  },
  {
    name: 'no-dev-dependencies',
    comment:
      'What src imports, types aside, is in the bundle: it belongs under dependencies, where people and scanners look.',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-unlisted-packages',
    comment: 'A package that only another one brought can go away, or change, with any update.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'resolvable',
    comment: 'An import that cannot be resolved escapes every other rule.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-orphans',
    comment: 'A file that nothing imports and that imports nothing is dead, or its use is not told.',
    from: { path: '^src/', pathNot: '^src/main[.]ts$', orphan: true },
    to: {},
  },
  {
    name: 'packages-have-a-home',
    comment: 'A new dependency is a decision: it gets a line, with one home and a reason, in this file.',
    from: { path: '^src/', pathNot: '^src/(core|simulator)/' },
    to: { dependencyTypes: npm, pathNot: homes.map(({ packages }) => pathOf(packages)) },
  },
  ...homes.map(({ packages, home, why }) => ({
    name: `home-of-${packages.replace(/[^a-z-]+/g, '-').replace(/^-|-$/g, '')}`,
    comment: why,
    from: { path: '^src/', pathNot: home },
    to: { path: pathOf(packages), dependencyTypes: npm },
  })),
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
