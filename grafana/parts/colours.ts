import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** One colour for each meaning, after Okabe and Ito: they stay apart for colour-blind readers (a test computes it). */
export const MEANINGS = {
  alive: '#009E73',
  idle: '#56B4E9',
  changing: '#F0E442',
  fault: '#D55E00',
  grave: '#B10026',
  mild: '#FF9DA7',
  ended: '#666666',
  odd: '#CC79A7',
  in: '#0072B2',
  out: '#E69F00',
} as const;

/** What a series can be named after, such as the value of a `status` label, and what it means. */
const NAMES = {
  active: 'alive',
  'failed-to-terminate': 'fault',
  terminating: 'changing',
  terminated: 'ended',
  idle: 'idle',
  gone: 'ended',
  invalid: 'odd',
  error: 'fault',
  unknown: 'odd',
  in: 'in',
  out: 'out',
  opened: 'alive',
  ended: 'ended',
  connects: 'alive',
  disconnects: 'ended',
  living: 'alive',
  registered: 'in',
  ghosts: 'out',
  share: 'odd',
  compliant: 'alive',
  'non-compliant': 'fault',
  available: 'alive',
  pending: 'changing',
  'pending-associate': 'changing',
  deleting: 'changing',
  deleted: 'ended',
  succeeded: 'alive',
  failed: 'fault',
  skipped: 'odd',
  missed: 'odd',
  denied: 'grave',
  unavailable: 'fault',
  timeout: 'out',
  throttled: 'changing',
  not_found: 'odd',
  other: 'mild',
  limit: 'ended',
  up: 'alive',
  down: 'fault',
} as const satisfies Record<string, keyof typeof MEANINGS>;

/** A name that has a colour. */
export type Coloured = keyof typeof NAMES;

/** The colour, as `#RRGGBB`, that series of this name have in every dashboard. */
export const colourOf = (name: Coloured): string => MEANINGS[NAMES[name]];

/** What gives a field one colour. */
export const inColour = (colour: string): DynamicConfigValue => ({
  id: 'color',
  value: { mode: 'fixed', fixedColor: colour },
});

/** What gives all fields shades of one colour. */
export const shadesOf = (meaning: keyof typeof MEANINGS) =>
  new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(MEANINGS[meaning]);
