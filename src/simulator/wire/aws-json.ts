import type { Json, Read, WireRequest } from './service.ts';

/** The body of a request as an object; undefined when it is none. */
export function readJson({ body }: WireRequest): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a request of the AWS JSON protocols: the action from X-Amz-Target, parameters from the body. */
export function readAwsJson(request: WireRequest): Read {
  const target = request.headers['x-amz-target'];
  const action = typeof target === 'string' ? target.slice(target.indexOf('.') + 1) : '';
  const json = readJson(request);
  const params = Object.entries(json ?? {}).map(([name, value]) => [name, toText(value)] as const);
  return { action, params: Object.fromEntries(params), ...(json && { json }) };
}

/** Whether a value is an object of JSON, and not a list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The texts of a list that is one of texts alone; undefined when it is anything else. */
export function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
