import { answerJson } from '../../wire/json-answers.ts';
import type { Answer, Call } from '../../wire/service.ts';
import type { Api } from '../api.ts';

/** An action on one API of the caller's. */
export type ApiAction = (api: Api, call: Call) => Answer;

/** An answer that shows one thing; most have status 200. */
export function show(item: Readonly<Record<string, unknown>>, status = 200): Answer {
  return { ...answerJson(JSON.stringify(item)), status };
}
