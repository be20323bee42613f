const { INTAKE_URL, INTAKE_TOKEN, INTAKE_TIMEOUT_MS = '500' } = process.env;

// Never rejects and never takes longer than the timeout: counting must not keep a client out.
async function tellIntake(event) {
  try {
    const { connectionId, apiId, stage, domainName, eventType, connectedAt } = event.requestContext;
    const response = await fetch(`${INTAKE_URL}/websocket`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Intake-Token': INTAKE_TOKEN },
      body: JSON.stringify({
        requestContext: { connectionId, apiId, stage, domainName, eventType, connectedAt },
      }),
      signal: AbortSignal.timeout(Number(INTAKE_TIMEOUT_MS)),
    });
    await response.arrayBuffer();
    if (!response.ok) console.warn(`the intake answered ${response.status}`);
  } catch (error) {
    console.warn('the intake did not answer:', error);
  }
}

// What a handler of any kind gives in the end: one that answers through a callback, or by a promise.
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => (error ? reject(error) : resolve(result));
    const returned = handler(event, context, callback);
    if (handler.length < 3 || typeof returned?.then === 'function') resolve(returned);
  });
}

// A connect that the handler refuses is no connection; the end of one is told even if the handler fails.
exports.withIntake = (handler) => async (event, context) => {
  if (event?.requestContext?.eventType === 'DISCONNECT') {
    const told = tellIntake(event);
    try {
      return await run(handler, event, context);
    } finally {
      await told;
    }
  }
  const result = await run(handler, event, context);
  const accepted = (result?.statusCode ?? 200) < 300;
  if (accepted) await tellIntake(event);
  return result;
};

exports.handler = exports.withIntake(async () => ({ statusCode: 200 }));
