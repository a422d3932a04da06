/** One sound template; each row changes one thing. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { audit } from '../../src/audit/audit.js'
import { UnreadableError } from '../../src/audit/unreadable.js'
import { pathOf } from './templates.js'

/* What a template is made of has no type of its own. */
interface Loose {
  [member: string]: Loose
}

const ELB = 'AWS::ElasticLoadBalancingV2'
const folder = mkdtempSync(join(tmpdir(), 'audit-'))

function sound(): Loose {
  return JSON.parse(readFileSync(pathOf('fargate.template.json'), 'utf8')) as Loose
}

/** Puts a value at the end of a path of members. */
function set(template: Loose, path: string, value: unknown): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const parent = steps.reduce<Loose>((found, step) => found[step] ?? {}, template)
  if (value === undefined) delete parent[last]
  else parent[last] = value as Loose
}

interface Outcome {
  readonly found: string[]
  readonly unchecked: number
}

function auditOf(template: unknown): Outcome {
  const file = join(folder, 'changed.template.json')
  writeFileSync(file, JSON.stringify(template))
  const { findings, unchecked } = audit(file)
  return { found: findings.map(({ rule, resource }) => `${rule}:${resource}`), unchecked }
}

function changed(changes: Record<string, unknown>): Outcome {
  const template = sound()
  for (const [path, value] of Object.entries(changes)) set(template, path, value)
  return auditOf(template)
}

const forward = { Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }
const rule = (actions: unknown, more: object = {}): object => ({
  Type: `${ELB}::ListenerRule`,
  Properties: {
    Actions: actions,
    Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
    ListenerArn: { Ref: 'Https' },
    Priority: 1,
    ...more,
  },
})
const CLIENT = 'Resources.Client.Properties'
const callback = (url: unknown): Record<string, unknown> => ({ [`${CLIENT}.CallbackURLs`]: [url] })
const logout = (url: unknown): Record<string, unknown> => ({ [`${CLIENT}.LogoutURLs`]: [url] })
const ingress = (rule: object): Record<string, unknown> => ({
  'Resources.ServiceSecurityGroup.Properties.SecurityGroupIngress': [
    { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, ...rule },
  ],
})
const environment = (...variables: readonly object[]): Record<string, unknown> => ({
  'Resources.Task.Properties.ContainerDefinitions.0.Environment': variables,
})
const albNamed = (name: string, id = '0123456789abcdef'): string =>
  `arn:aws:elasticloadbalancing:eu-west-2:111122223333:loadbalancer/app/${name}/${id}`
const parameter = (name: string): Record<string, unknown> => ({
  [`Parameters.${name}`]: { Type: 'String', Default: 'x' },
})

test('the template that rows change is sound', () => {
  expect(changed({})).toEqual({ found: [], unchecked: 0 })
})

describe.each<[string, readonly (readonly [string, Record<string, unknown>])[]]>([
  [
    'open-path:Open',
    [
      ['by a path', { 'Resources.Open': rule([forward]) }],
      [
        'to the target group by its other name',
        {
          'Resources.Open': rule([
            { Type: 'forward', TargetGroupArn: { 'Fn::GetAtt': ['Targets', 'TargetGroupArn'] } },
          ]),
        },
      ],
      [
        'GetAtt written as a string',
        { 'Resources.Open': rule([{ Type: 'forward', TargetGroupArn: { 'Fn::GetAtt': 'Targets.TargetGroupArn' } }]) },
      ],
      ['by Fn::Sub', { 'Resources.Open': rule([{ Type: 'forward', TargetGroupArn: { 'Fn::Sub': '${Targets}' } }]) }],
      [
        'weighted',
        {
          'Resources.Open': rule([
            { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: { Ref: 'Targets' } }] } },
          ]),
        },
      ],
      [
        'for the health check of a proxy, by method',
        {
          'Resources.Open': rule([forward], {
            Conditions: [{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['OPTIONS'] } }],
          }),
        },
      ],
      [
        'of a listener that is elsewhere',
        { 'Resources.Open': rule([forward], { ListenerArn: { 'Fn::ImportValue': 'listener' } }) },
      ],
      [
        'under a condition that holds',
        {
          Conditions: { Yes: { 'Fn::Or': [{ 'Fn::Equals': ['a', 'b'] }, { 'Fn::Equals': ['a', 'a'] }] } },
          'Resources.Open': { ...rule([forward]), Condition: 'Yes' },
        },
      ],
    ],
  ],
  [
    'open-path:Https',
    [
      [
        'by the default action, rules authenticate',
        {
          'Resources.Https.Properties.DefaultActions': [forward],
          'Resources.Rule': rule(
            (sound()['Resources']?.['Https']?.['Properties']?.['DefaultActions'] as unknown) ?? [],
          ),
        },
      ],
    ],
  ],
  [
    'http-listener:Http',
    [
      ['by its default action', { 'Resources.Http.Properties.DefaultActions': [forward] }],
      ['by a rule', { 'Resources.Plain': rule([forward], { ListenerArn: { Ref: 'Http' } }) }],
    ],
  ],
  [
    'open-targets:ServiceSecurityGroup',
    [
      ['to everybody', ingress({ CidrIp: '0.0.0.0/0' })],
      ['by IPv6', ingress({ CidrIpv6: '::/0' })],
      ['to a network', ingress({ CidrIp: { 'Fn::GetAtt': ['TheVpc', 'CidrBlock'] } })],
      ['to itself', ingress({ SourceSecurityGroupId: { 'Fn::GetAtt': ['ServiceSecurityGroup', 'GroupId'] } })],
      ['to a named group', ingress({ SourceSecurityGroupId: 'sg-0123456789abcdef0' })],
      ['to a prefix list', ingress({ SourcePrefixListId: 'pl-0123456789abcdef0' })],
      ['in a range that has the port', ingress({ CidrIp: '10.0.0.0/8', FromPort: 1024, ToPort: 65535 })],
      [
        'for all protocols',
        ingress({ CidrIp: '10.0.0.0/8', IpProtocol: '-1', FromPort: undefined, ToPort: undefined }),
      ],
      [
        'beside the group',
        {
          'Resources.More': {
            Type: 'AWS::EC2::SecurityGroupIngress',
            Properties: {
              GroupId: { Ref: 'ServiceSecurityGroup' },
              IpProtocol: 6,
              FromPort: '3000',
              ToPort: '3000',
              CidrIp: '10.0.0.0/8',
            },
          },
        },
      ],
    ].map(
      ([what, change]) =>
        [
          what as string,
          { 'Resources.TheVpc': { Type: 'AWS::EC2::VPC', Properties: {} }, ...(change as object) },
        ] as const,
    ),
  ],
  [
    'invalid-headers:Alb',
    [
      ['not set', { 'Resources.Alb.Properties.LoadBalancerAttributes': undefined }],
      [
        'a boolean',
        {
          'Resources.Alb.Properties.LoadBalancerAttributes': [
            { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: false },
          ],
        },
      ],
    ],
  ],
  [
    'callback-url:Client',
    [
      ['http', callback('http://app.example.com/oauth2/idpresponse')],
      ['capitals', callback('https://App.example.com/oauth2/idpresponse')],
      ['another path', callback('https://app.example.com/oauth2/callback')],
      ['a slash at the end', callback('https://app.example.com/oauth2/idpresponse/')],
      ['a query', callback('https://app.example.com/oauth2/idpresponse?x')],
      ['a user', callback('https://a@app.example.com/oauth2/idpresponse')],
      [
        'a second one',
        { [`${CLIENT}.CallbackURLs`]: ['https://app.example.com/oauth2/idpresponse', 'https://localhost/cb'] },
      ],
      [
        'known but for the host',
        {
          ...parameter('Host'),
          ...callback({ 'Fn::Join': ['', ['http://', { Ref: 'Host' }, '/oauth2/idpresponse']] }),
        },
      ],
      [
        'known but for the domain',
        { ...parameter('Domain1'), ...callback({ 'Fn::Sub': 'https://App.${Domain1}/oauth2/idpresponse' }) },
      ],
    ],
  ],
  [
    'client-secret:Client',
    [
      ['none', { [`${CLIENT}.GenerateSecret`]: undefined }],
      ['false', { [`${CLIENT}.GenerateSecret`]: 'False' }],
    ],
  ],
  [
    'access-token:Client',
    [
      ['61 minutes', { [`${CLIENT}.AccessTokenValidity`]: 61 }],
      [
        '3601 seconds',
        { [`${CLIENT}.AccessTokenValidity`]: '3601', [`${CLIENT}.TokenValidityUnits.AccessToken`]: 'seconds' },
      ],
      ['2, hours by default', { [`${CLIENT}.AccessTokenValidity`]: 2, [`${CLIENT}.TokenValidityUnits`]: undefined }],
    ],
  ],
  [
    'alb-arn:Task',
    [
      ['missing', environment({ Name: 'COGNITO_AUTH_CLIENT_ID', Value: 'x' })],
      [
        'empty',
        environment({ Name: 'COGNITO_AUTH_CLIENT_ID', Value: 'x' }, { Name: 'COGNITO_AUTH_ALB_ARN', Value: '' }),
      ],
      ['the name', environment({ Name: 'COGNITO_AUTH_ALB_ARN', Value: { 'Fn::GetAtt': ['Alb', 'LoadBalancerName'] } })],
      ['the target group', environment({ Name: 'COGNITO_AUTH_ALB_ARNS', Value: { Ref: 'Targets' } })],
      ['something that is no ARN', environment({ Name: 'COGNITO_AUTH_ALB_ARN', Value: 'my-alb' })],
      ['an ARN of another name', environment({ Name: 'COGNITO_AUTH_ALB_ARN', Value: albNamed('other') })],
    ].map(([what, change]) => [what as string, change as Record<string, unknown>] as const),
  ],
  [
    'jwt-claims:Api',
    [
      [
        'no list',
        {
          'Resources.Api': rule([
            { Type: 'jwt-validation', JwtValidationConfig: { Issuer: 'i', JwksEndpoint: 'j' } },
            forward,
          ]),
        },
      ],
      [
        'an empty list',
        { 'Resources.Api': rule([{ Type: 'jwt-validation', JwtValidationConfig: { AdditionalClaims: [] } }, forward]) },
      ],
    ],
  ],
  [
    'signed-out:Client',
    [
      ['another path', logout('https://app.example.com/bye')],
      ['the root', logout('https://app.example.com')],
      ['letter case of a path', logout('https://app.example.com/Signed-Out')],
      ['letter case of a host', logout('https://APP.example.com/bye')],
      [
        'a rule for POST only',
        {
          'Resources.SignedOut.Properties.Conditions.1': {
            Field: 'http-request-method',
            HttpRequestMethodConfig: { Values: ['POST'] },
          },
        },
      ],
      [
        'a rule for another host',
        {
          'Resources.SignedOut.Properties.Conditions.1': {
            Field: 'host-header',
            HostHeaderConfig: { Values: ['other.example.com'] },
          },
        },
      ],
      [
        'the same unknown host',
        {
          ...parameter('Host'),
          ...callback({ 'Fn::Sub': 'https://${Host}/oauth2/idpresponse' }),
          ...logout({ 'Fn::Join': ['', ['https://', { Ref: 'Host' }, '/bye']] }),
        },
      ],
    ],
  ],
])('%s is found', (name, rows) => {
  test.each(rows)('%s', (_, change) => {
    expect(changed(change).found).toEqual([name])
  })
})

describe('nothing is found, and nothing left out', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a rule that redirects', { 'Resources.Other': rule([{ Type: 'redirect' }]) }],
    [
      'a target group of its own',
      {
        'Resources.Public': { Type: `${ELB}::TargetGroup`, Properties: { Port: 1 } },
        'Resources.Other': rule([{ Type: 'forward', TargetGroupArn: { Ref: 'Public' } }]),
      },
    ],
    [
      'a rule under a condition that does not hold',
      { Conditions: { No: { 'Fn::Equals': ['a', 'b'] } }, 'Resources.Open': { ...rule([forward]), Condition: 'No' } },
    ],
    [
      '`allow`: the app answers',
      { 'Resources.Https.Properties.DefaultActions.0.AuthenticateCognitoConfig.OnUnauthenticatedRequest': 'allow' },
    ],
    [
      'a page after signing out where `allow` lets it through',
      {
        ...logout('https://app.example.com/bye'),
        'Resources.Https.Properties.DefaultActions.0.AuthenticateCognitoConfig.OnUnauthenticatedRequest': 'allow',
      },
    ],
    ['a page after signing out elsewhere', logout('https://www.example.com/bye')],
    [
      'a wildcard of a rule',
      {
        ...logout('https://app.example.com/bye/now'),
        'Resources.SignedOut.Properties.Conditions.0.PathPatternConfig.Values': ['/b?e/*'],
      },
    ],
    [
      'the priority of a rule as a string',
      {
        'Resources.SignedOut.Properties.Priority': '9',
        'Resources.All': rule((sound()['Resources']?.['Https']?.['Properties']?.['DefaultActions'] as unknown) ?? [], {
          Priority: '10',
          Conditions: [{ Field: 'path-pattern', Values: ['*'] }],
        }),
      },
    ],
    ['a port of the callback URL', callback('https://app.example.com:8443/oauth2/idpresponse')],
    ['an hour', { [`${CLIENT}.AccessTokenValidity`]: 60 }],
    [
      "Cognito's default",
      { [`${CLIENT}.AccessTokenValidity`]: undefined, [`${CLIENT}.TokenValidityUnits`]: undefined },
    ],
    [
      'a client that no listener uses',
      {
        'Resources.Cli': {
          Type: 'AWS::Cognito::UserPoolClient',
          Properties: { CallbackURLs: ['http://localhost'], AccessTokenValidity: 24 },
        },
      },
    ],
    ['a load balancer without sign-in', { 'Resources.Plain': { Type: `${ELB}::LoadBalancer`, Properties: {} } }],
    ['SSH', ingress({ CidrIp: '10.0.0.0/8', FromPort: 22, ToPort: 22 })],
    ['UDP', ingress({ CidrIp: '0.0.0.0/0', IpProtocol: 'udp' })],
    ['a task without our variables', environment({ Name: 'NODE_ENV', Value: 'production' })],
    ['a task for bearer tokens only', environment({ Name: 'COGNITO_AUTH_BEARER_CLIENT_IDS', Value: 'x' })],
    [
      'the ARN by its other name',
      environment({ Name: 'COGNITO_AUTH_ALB_ARNS', Value: { 'Fn::GetAtt': ['Alb', 'LoadBalancerArn'] } }),
    ],
    [
      'an ARN of its name, with any id',
      {
        'Resources.Alb.Properties.Name': 'my-alb',
        ...environment({ Name: 'COGNITO_AUTH_ALB_ARN', Value: albNamed('my-alb', '*') }),
      },
    ],
    [
      'a function for another service',
      { 'Resources.P': { Type: 'AWS::Lambda::Permission', Properties: { Principal: 'events.amazonaws.com' } } },
    ],
  ])('%s', (_, change) => {
    expect(changed(change)).toEqual({ found: [], unchecked: 0 })
  })
})

describe('what cannot be known is no finding, and is counted', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'a target group that is a parameter',
      { ...parameter('Tg'), 'Resources.Other': rule([{ Type: 'forward', TargetGroupArn: { Ref: 'Tg' } }]) },
    ],
    [
      'a rule under an unknown condition',
      {
        ...parameter('Stage'),
        Conditions: { Dev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'x'] } },
        'Resources.Open': { ...rule([forward]), Condition: 'Dev' },
      },
    ],
    [
      'an action under one',
      {
        ...parameter('Stage'),
        Conditions: { Dev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'x'] } },
        'Resources.Open': rule([{ 'Fn::If': ['Dev', forward, { Type: 'redirect' }] }]),
      },
    ],
    [
      'a callback URL whose end is a parameter',
      { ...parameter('End'), ...callback({ 'Fn::Sub': 'https://app.example.com/oauth2/${End}' }) },
    ],
    [
      'a callback URL whose start is one',
      {
        ...parameter('Scheme'),
        ...callback({ 'Fn::Sub': '${Scheme}://app.example.com/oauth2/idpresponse' }),
        [`${CLIENT}.LogoutURLs`]: [],
      },
    ],
    ['a secret that is resolved at deployment', { [`${CLIENT}.GenerateSecret`]: '{{resolve:ssm:secret}}' }],
    ['an address range that is a parameter', { ...parameter('Range'), ...ingress({ CidrIp: { Ref: 'Range' } }) }],
    [
      'an ARN from a secret',
      {
        ...environment({ Name: 'COGNITO_AUTH_CLIENT_ID', Value: 'x' }),
        'Resources.Task.Properties.ContainerDefinitions.0.Secrets': [
          { Name: 'COGNITO_AUTH_ALB_ARN', ValueFrom: 'arn' },
        ],
      },
    ],
    [
      'an ARN that is written out, while the load balancer is made here',
      environment({
        Name: 'COGNITO_AUTH_ALB_ARN',
        Value: albNamed('MyApp-Alb16-1A2B3C4D5E6F'),
      }),
    ],
    ['a macro', { Transform: 'MyMacro' }],
    ['a loop', { 'Resources.Fn::ForEach::Rules': ['X', ['a'], {}] }],
    [
      'a nested stack that is elsewhere',
      {
        'Resources.Nested': {
          Type: 'AWS::CloudFormation::Stack',
          Properties: { TemplateURL: 'https://example.com/t.json' },
        },
      },
    ],
  ])('%s', (_, change) => {
    expect(changed(change)).toEqual({ found: [], unchecked: 1 })
  })

  test('but two mentions of one unknown target group are the same', () => {
    const imported = { 'Fn::ImportValue': 'targets' }
    const actions = [
      { Type: 'authenticate-oidc', AuthenticateOidcConfig: {} },
      { Type: 'forward', TargetGroupArn: imported },
    ]
    const change = {
      'Resources.Signed': rule(actions),
      'Resources.Open': rule([{ Type: 'forward', TargetGroupArn: imported }], { Priority: 2 }),
    }
    expect(changed(change).found).toEqual(['open-path:Open'])
  })
})

describe('a template is read with care', () => {
  test('members called like those of every object', () => {
    const template = JSON.parse(
      '{"Resources":{"__proto__":{"Type":"AWS::Lambda::Permission","Properties":{"Principal":"elasticloadbalancing.amazonaws.com"}},"constructor":{"Type":{"Ref":"toString"}}}}',
    ) as unknown
    expect(auditOf(template)).toEqual({ found: ['lambda-permission:__proto__'], unchecked: 0 })
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
