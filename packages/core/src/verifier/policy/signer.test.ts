import { expect, test } from 'vitest'
import { anySignerOf, exactSigners, parseAlbArn, partitionOfRegion } from './signer.js'

const arn = 'arn:aws:elasticloadbalancing:eu-west-2:000000000000:loadbalancer/app/my-alb/0123456789abcdef'

test.each([
  [arn, { partition: 'aws', region: 'eu-west-2' }],
  [
    arn.replace('aws:', 'aws-us-gov:').replace('eu-west-2', 'us-gov-west-1'),
    { partition: 'aws-us-gov', region: 'us-gov-west-1' },
  ],
  [`x${arn}`, undefined],
  [`${arn}/listener`, undefined],
  [arn.replace('/app/', '/net/'), undefined],
  [arn.replace('000000000000', '00000000000'), undefined],
  ['', undefined],
])('%s has its partition and region, if it is an ARN of a load balancer', (text, parts) => {
  expect(parseAlbArn(text)).toEqual(parts)
})

test.each([
  ['eu-west-2', 'aws'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['cn-north-1', 'aws-cn'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
])('region %s is in partition %s', (region, partition) => {
  expect(partitionOfRegion(region)).toBe(partition)
})

test('only the signers of the list are accepted, each with the keys of its region', () => {
  const signers = exactSigners(new Map([[arn, 'https://keys']]))
  expect([signers.keysBase(arn), signers.bases]).toEqual(['https://keys', ['https://keys']])
  for (const other of [`${arn}0`, arn.toUpperCase(), [arn], undefined]) {
    expect(() => signers.keysBase(other)).toThrow(expect.objectContaining({ reason: 'signer' }))
  }
})

test('any signer of a region is one that is a load balancer there', () => {
  const signers = anySignerOf('eu-west-2', 'https://keys')
  expect([signers.keysBase(arn), signers.bases]).toEqual(['https://keys', ['https://keys']])
  for (const other of [arn.replace('eu-west-2', 'us-east-1'), 'x', undefined, [arn], 5]) {
    expect(() => signers.keysBase(other)).toThrow(expect.objectContaining({ reason: 'signer' }))
  }
})

const anyId = arn.replace(/[^/]*$/, '*')

test.each([
  ['the id that it has today', arn, true],
  ['the id that it has tomorrow', arn.replace(/[^/]*$/, 'fedcba9876543210'), true],
  ['another name', arn.replace('my-alb', 'my-alb-2'), false],
  ['a name before it', arn.replace('my-alb', 'a/my-alb'), false],
  ['another account', arn.replace('000000000000', '111111111111'), false],
  ['another region', arn.replace('eu-west-2', 'eu-west-1'), false],
  ['another partition', arn.replace('arn:aws:', 'arn:aws-cn:'), false],
  ['another kind', arn.replace('/app/', '/net/'), false],
  ['the wildcard itself', anyId, false],
  ['a listener of it', `${arn}/listener`, false],
  ['no id', arn.replace(/[^/]*$/, ''), false],
  ['no text', 5, false],
])('of a name with any id, a signer with %s: accepted is %s', (_, signer, isAccepted) => {
  const { keysBase } = exactSigners(new Map([[anyId, 'https://keys.example']]))
  const outcome = (): unknown => {
    try {
      return keysBase(signer)
    } catch (error) {
      return (error as { reason?: unknown }).reason
    }
  }
  expect(outcome()).toBe(isAccepted ? 'https://keys.example' : 'signer')
})

test('beside one that is written out, a name with any id is one', () => {
  const other = arn.replace('my-alb', 'other-alb')
  const signers = exactSigners(
    new Map([
      [other, 'https://keys.example/a'],
      [anyId, 'https://keys.example/b'],
    ]),
  )
  expect(signers.keysBase(other)).toBe('https://keys.example/a')
  expect(signers.keysBase(arn)).toBe('https://keys.example/b')
  expect(() => signers.keysBase(`${other}0`)).toThrow(expect.objectContaining({ reason: 'signer' }))
})

test('only the id may be a wildcard, and only in configuration', () => {
  expect(parseAlbArn(anyId)).toBeUndefined()
  expect(parseAlbArn(anyId, { anyId: true })).toEqual({ partition: 'aws', region: 'eu-west-2' })
  for (const wrong of [
    `${anyId}*`,
    anyId.replace('my-alb', '*'),
    anyId.replace('my-alb', 'my-*'),
    anyId.replace(/\*$/, '0*'),
  ]) {
    expect(parseAlbArn(wrong, { anyId: true })).toBeUndefined()
  }
})
