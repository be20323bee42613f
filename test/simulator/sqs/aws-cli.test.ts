import { expect } from 'vitest';
import { aws, withCli } from '../aws-cli.ts';
import { simulateQueue } from './queue.ts';

withCli('aws sends to a queue, reads it and deletes what it read', async () => {
  const { url, queue, queues, counts } = await simulateQueue();
  const sqs = (action: string, ...args: readonly string[]) =>
    aws(url, 'sqs', action, '--queue-url', `${url}/111122223333/ws-events`, ...args);
  const sent = await sqs('send-message', '--message-body', 'hello');
  expect(JSON.parse(sent.stdout)).toMatchObject({ MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' });
  const received = await sqs('receive-message', '--attribute-names', 'All', '--wait-time-seconds', '20');
  const { Messages } = JSON.parse(received.stdout) as {
    Messages: { Body: string; ReceiptHandle: string; Attributes: Record<string, string> }[];
  };
  expect(Messages).toMatchObject([{ Body: 'hello', Attributes: { ApproximateReceiveCount: '1' } }]);
  const entries = JSON.stringify([{ Id: '0', ReceiptHandle: Messages[0]?.ReceiptHandle }]);
  const deleted = await sqs('delete-message-batch', '--entries', entries);
  expect(JSON.parse(deleted.stdout)).toEqual({ Successful: [{ Id: '0' }] });
  expect(await counts()).toEqual([0, 0, 0]);
  const attributes = await sqs('get-queue-attributes', '--attribute-names', 'ApproximateNumberOfMessages');
  expect(JSON.parse(attributes.stdout)).toEqual({ Attributes: { ApproximateNumberOfMessages: '0' } });
  queues.removeQueue(queue);
  expect((await sqs('receive-message')).stderr).toContain(
    '(AWS.SimpleQueueService.NonExistentQueue) when calling the ReceiveMessage operation: The specified queue does not exist.',
  );
});
