import type { ExpositionForm } from '../core/family.ts';

type Header = Readonly<Record<ExpositionForm, string>>;

/** A family as it is sent: the header of the form, and the series, which are written alike in both. */
export interface RenderedFamily {
  readonly header: Header;
  readonly series: readonly Uint8Array[];
}

/** What stands at the end of an exposition. */
export const END: Header = { text: '', openmetrics: '# EOF\n' };

/** A name that ends like this is in that unit: the ones of OpenMetrics' list that Prometheus' names use. */
const UNIT = /_(seconds|bytes|ratio|celsius|meters|grams|joules|volts|amperes)$/;

/**
 * The header of a family in both forms. An `_info` stays a gauge in OpenMetrics too: of its type `info` the family
 * would be named without `_info` there, and Prometheus would show type and help under that name.
 */
export function toHeader({ name, help, type }: { name: string; help: string; type: string }): Header {
  const escaped = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  const family = type === 'counter' ? name.replace(/_total$/, '') : name;
  const unit = UNIT.exec(family)?.[1];
  return {
    text: `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`,
    openmetrics:
      `# TYPE ${family} ${type}\n` +
      (unit === undefined ? '' : `# UNIT ${family} ${unit}\n`) +
      `# HELP ${family} ${escaped.replace(/"/g, '\\"')}\n`,
  };
}

/** Families in one form, in pieces; without what stands at the end. */
export function toPieces(families: readonly RenderedFamily[], form: ExpositionForm): readonly Uint8Array[] {
  return families.flatMap(({ header, series }) => [Buffer.from(header[form]), ...series]);
}
