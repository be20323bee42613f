/** The units that our panels use, all of them in Grafana's list of units. */
export const UNITS: ReadonlySet<string> = new Set([
  'none',
  'string',
  'short',
  'percentunit',
  'bytes',
  'bps',
  'pps',
  's',
  'cpm',
  'reqps',
  'dateTimeFromNow',
]);
