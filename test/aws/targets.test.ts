import { expect, test } from 'vitest';
import { partitionOf } from '../../src/aws/targets.ts';

test.each([
  ['eu-west-1', 'aws'],
  ['me-central-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
])('%s is of the partition %s', (region, partition) => {
  expect(partitionOf({ region })).toBe(partition);
});

test('a role says the partition itself, also where no region is known', () => {
  const roleArn = 'arn:aws-cn:iam::111122223333:role/exporter';
  expect(partitionOf({ region: '*', roleArn })).toBe('aws-cn');
  expect(partitionOf({ region: '*' })).toBe('aws');
});
