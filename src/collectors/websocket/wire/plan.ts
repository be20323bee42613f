import type { Api, Stage } from './api.ts';
import type { Change, Place } from './change.ts';
import { type Manager, managerOf } from './managed.ts';
import { formatSnippets, type Snippets } from './snippets.ts';
import type { Reads } from './source-reads.ts';

/** What would be done to an API, and what is to be known of that, as sentences. */
export interface Plan {
  readonly place: Place;
  readonly api: Api;
  /** In this order; none where everything is as it should be. */
  readonly changes: readonly Change[];
  /** What is there already. */
  readonly found: readonly string[];
  /** When it is in force, and for whom. */
  readonly force: readonly string[];
  readonly risks: readonly string[];
  /** What the configuration of the exporter then says, as lines of YAML. */
  readonly next: readonly string[];
}

/** What is planned for, and with. */
export interface Asked {
  readonly place: Place;
  readonly api: Api;
  readonly reads: Reads;
  /** The stages that were named. */
  readonly stages: readonly string[];
  /** Whether what something else manages is changed all the same. */
  readonly isForced: boolean;
}

/** Why nothing is planned, in a sentence, and what to do instead: commands or settings to paste. */
export class Refused extends Error {
  readonly instead: string;

  constructor(reason: string, instead = '') {
    super(reason);
    this.instead = instead;
  }
}

/** Throws for an API of another protocol. */
export function insistOnWebSocket({ apiId, name, protocol }: Api): void {
  if (protocol !== 'WEBSOCKET')
    throw new Refused(`the API ${apiId} (${name}) is no WebSocket API but of the protocol ${protocol}`);
}

/** The stages of these names; throws for one that is not there. */
export function choose(all: readonly Stage[], names: readonly string[]): readonly Stage[] {
  return [...new Set(names)].map((name) => {
    const found = all.find(({ stage }) => stage === name);
    if (found) return found;
    const there = all.map(({ stage }) => stage).join(', ');
    throw new Refused(`the API has no stage ${name}; ${there === '' ? 'it has none' : `there are ${there}`}`);
  });
}

/** What is to be said of who manages these; throws with the snippets where something does and it is not forced. */
export function judgeManager(
  { api, isForced }: Asked,
  stages: readonly Stage[],
  snippets: () => readonly Snippets[],
): string {
  const manager = managerFor(api, stages);
  if (!manager)
    return 'No tag says that CloudFormation, Terraform or another tool manages this. Terraform leaves no mark of its own: where a tool does, it takes this back when it next applies, so put it there instead.';
  const { tool, seenBy, languages } = manager;
  if (isForced) return `${tool} manages this (${seenBy}): it may take this back when it next applies.`;
  throw new Refused(
    `${tool} manages this: ${seenBy}. It would take back what others write; say it there instead, as below, or use --force`,
    formatSnippets(snippets(), languages),
  );
}

/** What manages an API or one of these stages, as far as tags tell. */
export function managerFor(api: Api, stages: readonly Stage[]): Manager | undefined {
  return managerOf([
    [`the API ${api.apiId}`, api.tags],
    ...stages.map(({ stage, tags }) => [`the stage ${stage}`, tags] as const),
  ]);
}

/** The lines of YAML that name a stage as an endpoint with this source. */
export function toEndpoint({ host, isDefaultDisabled }: Api, stage: string, source: string): string[] {
  const url = `https://${isDefaultDisabled ? '<custom domain>/<mapping key>' : `${host}/${stage}`}`;
  return [`    - url: ${url}`, `      source: ${source}`];
}
