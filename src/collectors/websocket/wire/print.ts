import { printable } from '../../../core/printable.ts';
import type { Change, Place, Request } from './change.ts';
import { formatCommand, isConstant } from './command.ts';
import { kindOf } from './kinds.ts';
import type { Plan } from './plan.ts';

/** A plan for people; ends in a new line. */
export function formatPlan({ place, api, changes, found, force, risks, next }: Plan): string {
  const { target, accountId } = place;
  const lines = [
    `The WebSocket API ${printable(api.name)} (${api.apiId}), account ${accountId}, ${target.region}`,
    ...section('Is there already', found),
    ...changes.flatMap((change, n) => formatChange(change, n + 1, place)),
    ...(changes.length > 0 ? section('When', force) : []),
    ...(changes.length > 0 ? section('Risks', risks) : []),
  ];
  if (next.length > 0)
    lines.push(
      '',
      'Then the configuration of the exporter says',
      '',
      'websocket:',
      '  enabled: true',
      '  endpoints:',
      ...next,
    );
  return `${lines.join('\n')}\n`;
}

function section(title: string, sentences: readonly string[]): string[] {
  return sentences.length === 0
    ? []
    : ['', title, ...sentences.map((sentence) => `- ${printable(sentence)}`)];
}

function formatChange(change: Change, number: number, place: Place): string[] {
  const { title, before, after, requests, undoing, undoNote } = kindOf(change).show(place);
  const undo = [...(undoNote === undefined ? [] : [undoNote]), ...undoing.flatMap(toLines)];
  return [
    '',
    `${number}. ${title}`,
    ...labelled('from', before),
    ...labelled('to', after),
    ...labelled('by', requests.flatMap(toLines)),
    ...labelled('undone by', undo),
  ];
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, n) => `   ${(n === 0 ? label : '').padEnd(10)}${printable(line)}`);
}

function toLines({ method, path, operation, body, command }: Request): string[] {
  const what = operation === undefined ? `${method} ${path}` : `${method} ${path} (${operation})`;
  return [what, ...(body === undefined ? [] : [JSON.stringify(body, hideConstant)]), formatCommand(command)];
}

/** A constant that an integration sends can be a secret. */
function hideConstant(_: string, value: unknown): unknown {
  return isConstant(value) ? "'…'" : value;
}
