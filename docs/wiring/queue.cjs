const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');

const { QUEUE_URL, QUEUE_TIMEOUT_MS = '500' } = process.env;
const sqs = new SQSClient({ maxAttempts: 2 });

// Never rejects and never takes longer than the timeout: counting must not keep a client out.
async function tellQueue(event) {
  try {
    const { connectionId, apiId, stage, domainName, eventType, connectedAt, requestTimeEpoch } =
      event.requestContext;
    const told = { connectionId, apiId, stage, domainName, eventType, connectedAt, requestTimeEpoch };
    const command = new SendMessageCommand({
      QueueUrl: QUEUE_URL,
      MessageBody: JSON.stringify({ requestContext: told }),
    });
    await sqs.send(command, { abortSignal: AbortSignal.timeout(Number(QUEUE_TIMEOUT_MS)) });
  } catch (error) {
    console.warn('the queue did not take it:', error);
  }
}

// A connect that the handler refuses is no connection; the end of one is told even if the handler fails.
exports.withQueue = (handler) => async (event, context) => {
  if (event?.requestContext?.eventType === 'DISCONNECT') {
    const told = tellQueue(event);
    try {
      return await handler(event, context);
    } finally {
      await told;
    }
  }
  const result = await handler(event, context);
  if ((result?.statusCode ?? 200) < 300) await tellQueue(event);
  return result;
};

exports.handler = exports.withQueue(async () => ({ statusCode: 200 }));
