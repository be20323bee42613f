import { inSteps } from '../../../core/clock.ts';
import { alignedLine, ColumnsReader } from '../../../storage/columns.ts';
import type { Part } from '../../../storage/file.ts';
import { fromColumns, type Layout, layoutOf, toParts } from '../../../storage/picture-file.ts';
import { NAME } from '../name.ts';
import { Entries, type EntriesPicture } from './entries.ts';
import { type SavedState, takeLines, toState } from './registry-lines.ts';

/** The format line of a registry's base; a change of what is written here changes the number. */
export const REGISTRY_FORMAT = `aws-connections-exporter ${NAME}-registry 2`;
/** Version 0.1 wrote lines of JSON. */
const LINES_FORMAT = `aws-connections-exporter ${NAME}-registry 1`;
/** All formats that `fromContent` reads. */
export const REGISTRY_FORMATS = [REGISTRY_FORMAT, LINES_FORMAT] as const;

/** The first line of a base: the state, and what the bytes behind it are. */
type Header = SavedState & { readonly columns: Layout & Pick<EntriesPicture, 'oldestDead' | 'newestDead'> };

/** Everything as a line of JSON, which is filled up with blanks so that the columns behind it can be read where they stand, and the columns. */
export function* toContent(state: SavedState, picture: EntriesPicture): Iterable<Part> {
  const { oldestDead, newestDead } = picture;
  const header: Header = { ...state, columns: { ...layoutOf(picture), oldestDead, newestDead } };
  yield alignedLine(JSON.stringify(header), REGISTRY_FORMAT.length + 1);
  yield* toParts(picture);
}

/** Reads what `toContent` wrote, or version 0.1; rejects when it is something else. */
export async function fromContent(
  format: string,
  bytes: Buffer,
): Promise<{ readonly state: SavedState; readonly entries: Entries }> {
  if (format === LINES_FORMAT) {
    const entries = new Entries();
    return { state: await takeLines(entries, linesOf(bytes)), entries };
  }
  const reader = new ColumnsReader(bytes);
  const { columns, ...state } = toState(reader.line()) as SavedState & Partial<Header>;
  if (!columns) throw new Error('its first line does not say what follows');
  const { oldestDead, newestDead } = columns;
  const picture = await fromColumns(columns, reader);
  const entries = new Entries({ ...picture, oldestDead, newestDead });
  await inSteps(entries.fill());
  return { state, entries };
}

function* linesOf(bytes: Buffer): Iterable<string> {
  for (let from = 0, feed = bytes.indexOf(10); feed >= 0; from = feed + 1, feed = bytes.indexOf(10, from))
    yield bytes.toString('utf8', from, feed);
}
