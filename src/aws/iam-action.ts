/** IAM does not name all of its actions by the operation: those of API Gateway by the method of HTTP (Service Authorization Reference). */
const METHODS: readonly (readonly [operations: RegExp, method: string])[] = [
  [/^Create/, 'POST'],
  [/^Update/, 'PATCH'],
  [/^Delete/, 'DELETE'],
];

/** The action that allows an operation, such as `ec2:DescribeClientVpnConnections`. */
export function toIamAction(api: string, operation: string): string {
  if (api === 'execute-api') return `${api}:ManageConnections`;
  if (api !== 'apigateway') return `${api}:${operation}`;
  return `${api}:${METHODS.find(([operations]) => operations.test(operation))?.[1] ?? 'GET'}`;
}
