import { randomUUID } from 'node:crypto';
import { readQuery } from '../wire/query.ts';
import { type Answer, type Call, Refusal, type Service } from '../wire/service.ts';
import { branch, declaration, leaf } from '../wire/xml.ts';
import { contentType, refusals, version } from './answers.ts';

/** One action of EC2, of whatever domain. */
export interface Action {
  /** Throws a `Refusal` for a call it does not grant. */
  answer(call: Call): Answer;
  /** What it says when a fault makes it find nothing. */
  readonly notFound: Refusal;
}

/** EC2 as far as these actions go, by name: the Query protocol of 2016-11-15. */
export function createEc2(actions: Readonly<Record<string, Action>>): Service {
  function actionOf({ action: name, params }: Call): Action {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action && params.Version === version) return action;
    throw new Refusal(400, 'InvalidAction', `The action ${name} is not valid for this web service.`);
  }

  return {
    read: readQuery,
    answer: (call) => actionOf(call).answer(call),
    refuse({ status, code, message }) {
      const error = branch('Errors', branch('Error', leaf('Code', code) + leaf('Message', message)));
      const body = declaration + branch('Response', error + leaf('RequestID', randomUUID()));
      return { status, contentType, body };
    },
    refusals: { ...refusals, 'not-found': (call) => actionOf(call).notFound },
  };
}
