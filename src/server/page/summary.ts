import type { TargetStatus } from '../../core/collector.ts';
import { cut } from '../../core/cut.ts';
import { type Html, html } from '../html.ts';
import { symbol, type Tone } from './badge.ts';
import type { StatusModel } from './model.ts';
import { MOST_CHARACTERS, toCount, toNumber } from './number.ts';
import { type Problem, problemsOf } from './problems.ts';
import { MOST_ROWS } from './rows.ts';

/** How all of it is. */
export interface Overall {
  readonly tone: Tone;
  /** In a word or three, for the title of the window. */
  readonly title: string;
  /** In a sentence without its full stop. */
  readonly heading: string;
  readonly problems: readonly Problem[];
}

/** More are not listed, only counted: they stand further down. */
export const MOST_LISTED = 12;

/** Whether all is well, or what is not. */
export function toOverall(model: StatusModel): Overall {
  const { collectors } = model;
  const problems = problemsOf(model);
  if (problems.length > 0)
    return {
      tone: 'bad',
      title: toCount(problems.length, 'problem'),
      heading: whoHas(problems, model),
      problems,
    };
  if (collectors.length === 0)
    return { tone: 'waiting', title: 'Nothing enabled', heading: 'No collector is enabled', problems };
  const waiting = collectors.filter(({ last }) => !last).map(({ title }) => title);
  if (waiting.length === 0) return { tone: 'good', title: 'All up', heading: 'Everything is up', problems };
  const heading = `The first pass has not ended yet: ${waiting.join(', ')}`;
  return { tone: 'waiting', title: 'Starting', heading, problems };
}

/** The same as a section of the page, with what is wrong and where. */
export function summary(model: StatusModel, { tone, heading, problems }: Overall): Html {
  const listed = problems.slice(0, MOST_LISTED).map(problemItem);
  const more = problems.length - listed.length;
  return html`<section class="state ${tone}" aria-labelledby="state">
<h2 id="state">${symbol(tone)}<span>${heading}</span></h2>
${problems.length > 0 ? html`<ul>\n${listed}</ul>\n` : html`<p>${explanation(model, tone)}</p>\n`}${
  more > 0
    ? html`<p>${toNumber(more)} more${problems.length > MOST_ROWS ? '' : ' are marked below'}.</p>\n`
    : []
}</section>
`;
}

function problemItem({ who, anchor, sentence }: Problem): Html {
  const words = html`<bdi>${sentence}</bdi>`;
  if (anchor === undefined) return html`<li>${words}</li>\n`;
  return html`<li><a href="#${anchor}"><bdi>${cut(who, MOST_CHARACTERS)}</bdi></a>: ${words}</li>\n`;
}

function explanation({ collectors }: StatusModel, tone: Tone): string {
  if (collectors.length === 0)
    return 'Nothing is read from AWS, and only the metrics of the exporter itself are exported: enable a collector in the configuration and reload it.';
  if (tone === 'waiting') return 'What a first pass finds is shown when it ends: reload this page soon.';
  const targets = collectors.flatMap((view) => view.targets);
  const endpoints = targets.flatMap((target) => target.endpoints);
  if (endpoints.length === 0) return 'Every pass succeeded, and found no endpoints.';
  return `Every pass succeeded: ${toCount(endpoints.length, 'endpoint')} in ${toCount(countTargets(targets), 'target')}.`;
}

/** Targets by name, account and region, each once: two collectors ask the same ones. */
function countTargets(targets: readonly TargetStatus[]): number {
  const known = targets.filter(({ name }) => name !== undefined);
  return new Set(known.map(({ name, accountId, region }) => JSON.stringify([name, accountId, region]))).size;
}

/** Such as "2 of 6 endpoints and 1 of 3 targets have problems". */
function whoHas(problems: readonly Problem[], { collectors }: StatusModel): string {
  const targets = collectors.flatMap((view) => view.targets);
  const endpoints = targets.flatMap((target) => target.endpoints);
  const count = (kind: Problem['of']) => problems.filter((problem) => problem.of === kind).length;
  const failed = targets.filter(({ error }) => error !== undefined);
  const counts = [
    [count('endpoint'), endpoints.length, 'endpoint'],
    [countTargets(failed), countTargets(targets), 'target'],
    [count('collector'), collectors.length, 'collector'],
  ] as const;
  const parts = counts.flatMap(([some, all, noun]) =>
    some > 0 ? [`${toNumber(some)} of ${toCount(all, noun)}`] : [],
  );
  if (count('exporter') > 0) parts.push('the exporter itself');
  const isOne = parts.length === 1 && counts.every(([some]) => some <= 1);
  const last = parts.pop() ?? '';
  const subject = parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
  const verb = `${isOne ? 'has' : 'have'} ${problems.length === 1 ? 'a problem' : 'problems'}`;
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)} ${verb}`;
}
