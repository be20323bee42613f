import { type RowKeys, toRow, USUAL_KEYS } from '../../../event-forms/access-log-row.ts';

/** What each row of an access log should say, as JSON; no addresses of clients, which nobody here reads. */
const ROW: Readonly<Record<string, string>> = {
  requestId: '$context.requestId',
  apiId: '$context.apiId',
  stage: '$context.stage',
  eventType: '$context.eventType',
  routeKey: '$context.routeKey',
  status: '$context.status',
  connectionId: '$context.connectionId',
  connectedAt: '$context.connectedAt',
  requestTimeEpoch: '$context.requestTimeEpoch',
};

/** The format that a stage gets that has none. */
export const FORMAT = JSON.stringify(ROW);

/** What is thought of a format that is there: with its own names for fields, as `keys` of a source wants them, or with what would mend it. */
export type Judged =
  | { readonly isRead: true; readonly keys: Readonly<Record<string, string>> }
  | {
      readonly isRead: false;
      readonly lacks: string;
      readonly mended: string;
      /** Whether it says all that the one before does. */
      readonly isKept: boolean;
    };

const VARIABLE = /\$(?:context\.([\w.-]+)|\{context\.([^}]*)\})/g;
const NEEDED = ['connectionId', 'eventType', 'status'] as const;

/** Whether the rows of this format tell who came and went: rows are made of it, and read as the exporter reads them. */
export function judgeFormat(format: string): Judged {
  const names = namesOf(format);
  if (tells(format, names)) return { isRead: true, keys: toKeys(names) };
  const there = new Set([...format.matchAll(VARIABLE)].map(([, bare, braced]) => bare ?? braced));
  const lacking = NEEDED.filter((name) => !there.has(name)).map((name) => `$context.${name}`);
  const lacks =
    lacking.length > 0 ? lacking.join(', ') : "a form that is known: JSON, or the console's CLF format";
  return { isRead: false, lacks, ...mend(format, there) };
}

type Names = Readonly<Partial<Record<keyof RowKeys, string>>>;

function tells(format: string, names: Names): boolean {
  const keys = Object.fromEntries(
    Object.entries(USUAL_KEYS).map(([field, usual]) => {
      const own = names[field as keyof RowKeys];
      return [field, own === undefined ? usual : [own]];
    }),
  ) as RowKeys;
  return (['CONNECT', 'DISCONNECT'] as const).every((eventType) => {
    const values: Readonly<Record<string, string>> = {
      connectionId: 'L0SM9cOFvHcCIhw=',
      eventType,
      routeKey: `$${eventType.toLowerCase()}`,
      status: '200',
      requestId: 'EP5yqFByIAMElXw=',
    };
    const text = fill(format, (name) => values[name] ?? '-');
    const row = toRow(text, keys, 0);
    return (
      row.is === 'event' &&
      row.event.type === eventType.toLowerCase() &&
      row.event.connectionId === values.connectionId
    );
  });
}

/** The key under which a format of JSON has each field. */
function namesOf(format: string): Names {
  const marked = fill(format, (name) => `«${name}»`);
  const row = parse(marked) ?? parse(marked.replace(/(:\s*)(«[^»]*»)/g, '$1"$2"')) ?? {};
  const fields = Object.keys(USUAL_KEYS) as (keyof RowKeys)[];
  const entries = fields.map((field) => {
    const found = Object.entries(row).find(([, value]) => value === `«${field}»`);
    return [field, found?.[0]] as const;
  });
  return Object.fromEntries(entries.filter(([, name]) => name !== undefined)) as Names;
}

function parse(text: string): object | undefined {
  try {
    const row: unknown = JSON.parse(text);
    return typeof row === 'object' && row !== null ? row : undefined;
  } catch {
    return undefined;
  }
}

const KEYS: Readonly<Record<keyof RowKeys, string>> = {
  connectionId: 'connection_id',
  eventType: 'event_type',
  status: 'status',
  apiId: 'api_id',
  stage: 'stage',
  domainName: 'domain',
  connectedAt: 'connected_at',
};

function toKeys(names: Names): Readonly<Record<string, string>> {
  const fields = Object.keys(KEYS) as (keyof RowKeys)[];
  const unusual = fields.filter((field) => names[field] !== undefined && names[field] !== field);
  return Object.fromEntries(unusual.map((field) => [KEYS[field], names[field] ?? '']));
}

/** The same format with what it lacks, where that can be added at its end; else the one that is recommended. */
function mend(format: string, there: ReadonlySet<string | undefined>) {
  const lacking = Object.entries(ROW).filter(([key]) => !there.has(key));
  const more = lacking.map(([key, value]) => `"${key}":"${value}"`).join(',');
  const isObject = /^\s*\{.*\}\s*$/s.test(format);
  const mended = isObject ? format.replace(/\}\s*$/, `,${more}}`) : `${format} ${CLF}`;
  const isKept = tells(mended, namesOf(mended));
  return { mended: isKept ? mended : FORMAT, isKept };
}

/** The end of the console's CLF format, by which a row is known. */
const CLF = '"$context.eventType $context.routeKey $context.connectionId" $context.status $context.requestId';

function fill(format: string, toText: (name: string) => string): string {
  return format.replace(VARIABLE, (_, bare?: string, braced?: string) => toText(bare ?? braced ?? ''));
}
