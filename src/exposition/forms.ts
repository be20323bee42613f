import type { ExpositionForm, Family } from '../core/family.ts';

type Header = Readonly<Record<ExpositionForm, Uint8Array>>;

/** A family as it is sent, after its header: the series, which are written alike in both forms. */
export interface RenderedFamily {
  readonly family: Family;
  readonly series: readonly Uint8Array[];
  /** How many series there are. */
  readonly count: number;
}

/** What stands at the end of an exposition. */
export const END: Header = { text: Buffer.from(''), openmetrics: Buffer.from('# EOF\n') };

/** A name that ends like this is in that unit: the ones of OpenMetrics' list that Prometheus' names use. */
const UNIT = /_(seconds|bytes|ratio|celsius|meters|grams|joules|volts|amperes)$/;

/** Made once, for as long as there is the family. */
const headers = new WeakMap<Family, Header>();

function headerOf(family: Family): Header {
  const header = headers.get(family) ?? toHeader(family);
  headers.set(family, header);
  return header;
}

/**
 * The header of a family in both forms. An `_info` stays a gauge in OpenMetrics too: of its type `info` the family
 * would be named without `_info` there, and Prometheus would show type and help under that name.
 */
function toHeader({ name, help, type }: Family): Header {
  const escaped = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  const family = type === 'counter' ? name.replace(/_total$/, '') : name;
  const unit = UNIT.exec(family)?.[1];
  return {
    text: Buffer.from(`# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`),
    openmetrics: Buffer.from(
      `# TYPE ${family} ${type}\n` +
        (unit === undefined ? '' : `# UNIT ${family} ${unit}\n`) +
        `# HELP ${family} ${escaped.replace(/"/g, '\\"')}\n`,
    ),
  };
}

/** Families in one form, in pieces; without what stands at the end. */
export function toPieces(families: readonly RenderedFamily[], form: ExpositionForm): readonly Uint8Array[] {
  return families.flatMap(({ family, series }) => [headerOf(family)[form], ...series]);
}
