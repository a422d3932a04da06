/** Each row changes one thing of a sound template, and that is found. */
import { describe, expect, test } from 'vitest'
import {
  albNamed,
  callback,
  changed,
  CLIENT,
  environment,
  forward,
  ingress,
  logout,
  parameter,
  rule,
  sound,
} from './template-changes.js'

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
