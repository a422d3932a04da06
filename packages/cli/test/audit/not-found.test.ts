/** Each row changes one thing of a sound template that is no finding: it is right, or cannot be known. */
import { describe, expect, test } from 'vitest'
import {
  albNamed,
  callback,
  changed,
  CLIENT,
  ELB,
  environment,
  forward,
  ingress,
  logout,
  parameter,
  rule,
  sound,
} from './template-changes.js'

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
