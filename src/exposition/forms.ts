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
export const END: Header = { text: Buffer.alloc(0), openmetrics: Buffer.from('# EOF\n') };

/** Pieces of fewer bytes are put together. */
const FEW_BYTES = 2 ** 14;

/** A name that ends like this is in that unit: the ones of OpenMetrics' list that Prometheus' names use. */
const UNIT = /_(seconds|bytes|ratio|celsius|meters|grams|joules|volts|amperes)$/;

/** The last of each name: a family is made anew now and then, and says the same of itself. */
const headers = new Map<string, { readonly family: Family; readonly header: Header }>();

function headerOf(family: Family): Header {
  const known = headers.get(family.name);
  if (known?.family.help === family.help && known.family.type === family.type) return known.header;
  const header = toHeader(family);
  headers.set(family.name, { family, header });
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

/** Families in one form, in pieces; `end` is what stands after them. */
export function toPieces(
  families: readonly RenderedFamily[],
  form: ExpositionForm,
  end: Uint8Array = END.text,
): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let few: Uint8Array[] = [];
  const add = (piece: Uint8Array) => {
    if (piece.length < FEW_BYTES) few.push(piece);
    else {
      pieces.push(Buffer.concat(few), piece);
      few = [];
    }
  };
  for (const { family, series } of families) {
    add(headerOf(family)[form]);
    series.forEach(add);
  }
  return [...pieces, Buffer.concat([...few, end])];
}
