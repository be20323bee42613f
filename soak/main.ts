import { parseArgs } from 'node:util';
import { printTable } from '../bench/table.ts';
import { type Row, soak } from './soak.ts';

const HEADER = [
  'minute',
  'passes (failed)',
  'reloads',
  'RSS MB',
  'heap MB',
  'fds',
  'timers',
  'series',
  'counters checked',
];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0 && Number.isInteger(seed))) throw new Error('--minutes and --seed must be numbers');

console.log(`node ${process.version}, seed ${seed}, ${minutes} minutes, each an hour of the program's\n`);
const { rows, faults } = await soak({
  minutes,
  seed,
  program: 'dist/main.js',
  onMinute: (row) => console.log(toCells(row).join('  ')),
});
console.log(`\nTroubles: ${rows.at(-1)?.troubles}\n`);
printTable('What the program held, in trouble all the time', HEADER, rows.map(toCells));
for (const fault of new Set(faults)) console.log(`FAILED: ${fault}`);
if (faults.length > 0) console.log(`\nThe same again: npm run soak -- --minutes=${minutes} --seed=${seed}`);
process.exitCode = faults.length > 0 ? 1 : 0;

function toCells({
  minute,
  passes,
  failedPasses,
  reloads,
  rss,
  heap,
  descriptors,
  timers,
  series,
  checked,
}: Row) {
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return [
    String(minute),
    `${passes} (${failedPasses})`,
    ...[reloads].map(String),
    megabytes(rss),
    megabytes(heap),
    ...[descriptors, timers, series, checked].map(String),
  ];
}
