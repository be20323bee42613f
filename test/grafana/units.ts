/** The units that our panels use: those of Grafana's list, and its `count:` with words of ours. */
export const UNITS: ReadonlySet<string> = new Set([
  'none',
  'string',
  'percentunit',
  'bytes',
  'bps',
  'pps',
  's',
  'm',
  'h',
  'count:per minute',
  'reqps',
  'dateTimeFromNow',
]);
