import { isObject } from '../wire/aws-json.ts';
import { type Answer, type Call, Refusal } from '../wire/service.ts';
import { answerSqs, badHandle, missing } from './errors.ts';
import type { Queue } from './queue.ts';
import type { QueueWorld } from './world.ts';

const maxEntries = 10;

/** Deletes one message; one whose handle is not its last, or that is gone, is not deleted, and nobody is told. */
export function deleteOne(world: QueueWorld, queue: Queue, { params }: Call): Answer {
  const { ReceiptHandle: handle } = params;
  if (handle === undefined) throw missing('ReceiptHandle');
  if (world.plagues('undeletable')) throw new Refusal(500, 'InternalFailure', INTERNAL);
  if (!queue.delete(handle)) throw badHandle(handle);
  return { ...answerSqs({}), body: '' };
}

/** Deletes up to ten; what cannot be deleted is told in the answer, which is a good one all the same. */
export function deleteBatch(world: QueueWorld, queue: Queue, { json }: Call): Answer {
  const entries = readEntries(json?.Entries);
  const failed = entries.flatMap(({ id, handle }) => {
    if (world.plagues('undeletable'))
      return [{ Id: id, SenderFault: false, Code: 'InternalError', Message: INTERNAL }];
    if (queue.delete(handle)) return [];
    const { code, message } = badHandle(handle);
    return [{ Id: id, SenderFault: true, Code: code, Message: message }];
  });
  const isFailed = new Set(failed.map((entry) => entry.Id));
  const done = entries.filter(({ id }) => !isFailed.has(id)).map(({ id }) => ({ Id: id }));
  return answerSqs({
    ...(done.length > 0 && { Successful: done }),
    ...(failed.length > 0 && { Failed: failed }),
  });
}

const INTERNAL = 'An internal error has occurred.';

function readEntries(value: unknown): readonly { readonly id: string; readonly handle: string }[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new Refusal(
      400,
      'EmptyBatchRequest',
      'There should be at least one DeleteMessageBatchRequestEntry in the request.',
    );
  if (value.length > maxEntries) {
    const message = `Maximum number of entries per request are ${maxEntries}. You have sent ${value.length}.`;
    throw new Refusal(400, 'TooManyEntriesInBatchRequest', message);
  }
  const entries = value.map((entry: unknown) => {
    const { Id: id, ReceiptHandle: handle } = isObject(entry) ? entry : {};
    if (typeof id !== 'string' || !/^[\w-]{1,80}$/.test(id))
      throw new Refusal(
        400,
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    if (typeof handle !== 'string') throw missing('ReceiptHandle');
    return { id, handle };
  });
  const twice = entries.find(({ id }, n) => entries.findIndex((entry) => entry.id === id) < n);
  if (twice) throw new Refusal(400, 'BatchEntryIdsNotDistinct', `Id ${twice.id} repeated.`);
  return entries;
}
