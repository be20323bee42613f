import type { ExpositionForm } from '../core/family.ts';

/** What an Accept header is answered with. */
export interface Answered {
  readonly form: ExpositionForm;
  readonly contentType: string;
}

interface Offer {
  readonly form: ExpositionForm;
  readonly media: string;
  readonly version: string;
}

/** One media type of an Accept header. */
interface Clause {
  readonly media: string;
  readonly weight: number;
  readonly parameters: ReadonlyMap<string, string>;
}

const TEXT: Offer = { form: 'text', media: 'text/plain', version: '0.0.4' };
/** Of each media type the first is what is meant without a version. */
const OFFERS: readonly Offer[] = [
  TEXT,
  { form: 'openmetrics', media: 'application/openmetrics-text', version: '0.0.1' },
  { form: 'openmetrics', media: 'application/openmetrics-text', version: '1.0.0' },
];

/** How names that are not of the old kind would be written. All of ours are, so each of these is kept to. */
const ESCAPINGS = ['allow-utf-8', 'underscores', 'dots', 'values'];

/**
 * The form that an Accept header asks for, chosen as Prometheus' Go library does: the heaviest clause that names a
 * media type and version of ours; text when none does. No header is an error: a scrape is not lost over an odd one.
 *
 * By hand, because what express brings (`accepts`) wants every parameter of a clause in what is offered: the `escaping`
 * of Prometheus 3 leads it to text, or to OpenMetrics 0.0.1.
 */
export function negotiate(accept: string | undefined): Answered {
  const clauses = (accept ?? '').split(',').map(toClause);
  clauses.sort((a, b) => b.weight - a.weight);
  for (const clause of clauses) {
    const ofMedia = OFFERS.filter(({ media }) => media === clause.media);
    const version = clause.parameters.get('version') ?? ofMedia[0]?.version;
    const offer = ofMedia.find((one) => one.version === version);
    if (offer) return answer(offer, clause.parameters.get('escaping'));
  }
  return answer(TEXT, undefined);
}

function toClause(part: string): Clause {
  const [media = '', ...rest] = part.split(';').map((piece) => piece.trim());
  // The last one counts of a parameter that is there twice, as Prometheus 3.0 to 3.2 sends it.
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    const [name = '', value = '', ...more] = piece.split('=').map((side) => side.trim());
    if (value !== '' && more.length === 0) parameters.set(name, value);
  }
  // What is no number weighs nothing; it still comes before a media type that is not named at all.
  return { media, weight: Number(parameters.get('q') ?? 1) || 0, parameters };
}

function answer({ form, media, version }: Offer, asked = ''): Answered {
  const escaping = ESCAPINGS.includes(asked) ? asked : 'underscores';
  return { form, contentType: `${media}; version=${version}; charset=utf-8; escaping=${escaping}` };
}
