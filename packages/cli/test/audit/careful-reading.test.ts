/** What is wrong with a template as a file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { audit } from '../../src/audit/audit.js'
import { UnreadableError } from '../../src/audit/unreadable.js'
import { auditOf, folder } from './template-changes.js'

describe('a template is read with care', () => {
  test('members called like those of every object', () => {
    const template = JSON.parse(
      '{"Resources":{"__proto__":{"Type":"AWS::Lambda::Permission","Properties":{"Principal":"elasticloadbalancing.amazonaws.com"}},"constructor":{"Type":{"Ref":"toString"}}}}',
    ) as unknown
    expect(auditOf(template)).toEqual({ found: ['lambda-permission:__proto__'], unchecked: 0 })
  })

  test.each<[string, object]>([
    [
      'types called like members of every object',
      { A: { Type: '__proto__' }, B: { Type: 'X', Properties: { Value: { 'Fn::GetAtt': ['A', 'Id'] } } } },
    ],
    [
      'fields and units called so',
      {
        R: {
          Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
          Properties: { Conditions: [{ Field: 'constructor' }], Actions: [] },
        },
        C: {
          Type: 'AWS::Cognito::UserPoolClient',
          Properties: { AccessTokenValidity: 5, TokenValidityUnits: { AccessToken: 'constructor' } },
        },
      },
    ],
    [
      'an object where a string should be',
      {
        L: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Type: { toString: 1 } } },
        A: { Type: { toString: 1 } },
        B: {
          Type: 'X',
          Properties: { Value: { 'Fn::GetAtt': ['A', 'Id'] }, Other: { 'Fn::GetAtt': { toString: 1 } } },
        },
      },
    ],
  ])('%s', (_, Resources) => {
    expect(() => auditOf({ Resources })).not.toThrow()
  })

  test('an object where a string should be, in a plan', () => {
    const odd = { toString: 1, valueOf: 1 }
    const change = { actions: ['create'], after: { load_balancer_type: odd } }
    const lb = { address: 'aws_lb.a', type: 'aws_lb', name: 'a', mode: 'managed' }
    const plan = {
      format_version: '1.2',
      planned_values: { root_module: { resources: [], child_modules: [{ address: odd, resources: [] }] } },
      resource_changes: [
        { ...lb, change },
        { ...lb, address: odd, change },
      ],
    }
    expect(() => auditOf(plan)).not.toThrow()
  })

  test.each<[string, unknown, RegExp]>([
    [
      'nested a hundred thousand deep',
      `{"Resources":{"A":{"Type":"AWS::Lambda::Permission","Properties":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`,
      /nested too deep/,
    ],
    [
      'a condition on itself',
      { Conditions: { A: { Condition: 'A' } }, Resources: { R: { Type: 'X', Condition: 'A' } } },
      /refers to itself/,
    ],
    [
      'a nested template outside',
      { Resources: { N: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': '../../etc/passwd' } } } },
      /outside its folder$/,
    ],
    [
      'a nested template by an absolute path',
      { Resources: { N: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': '/etc/passwd' } } } },
      /outside its folder$/,
    ],
    [
      'a nested template that is not there',
      { Resources: { N: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'gone.json' } } } },
      /gone\.json does not exist$/,
    ],
    [
      'a template nested in itself',
      { Resources: { N: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'broken.json' } } } },
      /is nested in itself$/,
    ],
    ['YAML', 'Resources:\n  Password: hunter2\n', /is not JSON: give a template that cdk synth wrote/],
    ['something else', { name: 'hunter2' }, /is neither a CloudFormation template nor the output of terraform show/],
    ['a list', [], /is neither/],
  ])('%s', (_, content, sentence) => {
    const file = join(folder, 'broken.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    expect(() => audit(file)).toThrow(UnreadableError)
    expect(() => audit(file)).toThrow(sentence)
    expect(() => audit(file)).not.toThrow(/hunter2/)
  })
})
