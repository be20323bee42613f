import { type Asker, askJson } from '../wire.ts';

export interface FilteredEvent {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
  readonly eventId: string;
}

export interface FilterPage {
  readonly events: readonly FilteredEvent[];
  readonly searchedLogStreams: readonly string[];
  readonly nextToken?: string;
}

/** One page of FilterLogEvents; throws when it is refused. */
export async function filterPage(asker: Asker, input: object): Promise<FilterPage> {
  const { status, body } = await askJson(asker, 'FilterLogEvents', input);
  if (status !== 200) throw new Error(body);
  return JSON.parse(body) as FilterPage;
}

/** Every page, until there is no token; `between` runs before each page but the first. */
export async function filterAll(
  asker: Asker,
  input: object,
  between: () => void = () => {},
): Promise<FilterPage[]> {
  const pages: FilterPage[] = [];
  let nextToken: string | undefined;
  do {
    if (nextToken) between();
    const page = await filterPage(asker, { ...input, ...(nextToken && { nextToken }) });
    pages.push(page);
    nextToken = page.nextToken;
  } while (nextToken);
  return pages;
}

/** The messages of pages, in their order. */
export function messagesOf(pages: readonly FilterPage[]): readonly string[] {
  return pages.flatMap(({ events }) => events.map(({ message }) => message));
}
