/**
 * The templates that `audit` is measured on: what each is, and what is wrong with it.
 *
 * @module
 */

import { fileURLToPath } from 'node:url'

/** One template or plan of `templates/`. */
export interface Template {
  readonly file: string
  readonly what: string
  /** `rule:resource`, all there are. */
  readonly problems: readonly string[]
  /** How many checks cannot be made. */
  readonly unchecked?: number
}

/** Where a template is. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(`templates/${file}`, import.meta.url))
}

const client = 'aws_cognito_user_pool_client.alb'

export const TEMPLATES: readonly Template[] = [
  // Sound ones
  { file: 'fargate.template.json', what: 'Fargate, as CDK writes it', problems: [] },
  {
    file: 'oidc-and-public-assets.template.json',
    what: 'Another identity provider; assets from a target group of their own; SSH from inside',
    problems: [],
  },
  { file: 'lambda.template.json', what: 'A function, its permission for one target group', problems: [] },
  {
    file: 'parameters.template.json',
    what: 'Parameters, imports and conditions on them decide everything',
    problems: [],
    unchecked: 9,
  },
  {
    file: 'functions.template.json',
    what: 'Conditions, mappings, `Fn::Sub`, `Fn::Select`, `Fn::Split` that the template alone decides',
    problems: [],
  },
  {
    file: 'jwt-with-claims.template.json',
    what: '`jwt-validation` with claim checks; a list of two ARNs',
    problems: [],
  },
  { file: 'nested.template.json', what: 'Network and app in nested stacks', problems: [] },
  { file: 'terraform-new.plan.json', what: 'Terraform, nothing deployed yet', problems: [], unchecked: 1 },
  { file: 'terraform-existing.plan.json', what: 'Terraform, deployed; an open rule is deleted', problems: [] },
  { file: 'terraform-modules.plan.json', what: 'Terraform, the app in a module', problems: [], unchecked: 1 },
  {
    file: 'terraform-known-after-apply.plan.json',
    what: 'Terraform, values that only apply will tell',
    problems: [],
    unchecked: 6,
  },
  {
    file: 'terraform-jwt-with-claims.plan.json',
    what: 'Terraform, `jwt-validation` with claim checks',
    problems: [],
    unchecked: 1,
  },
  { file: 'terraform-lambda.plan.json', what: 'Terraform, a function', problems: [] },
  // Faulty ones
  {
    file: 'open-paths.template.json',
    what: 'A health rule, and a weighted forward of a second load balancer',
    problems: ['open-path:Health', 'open-path:InternalHttps'],
  },
  {
    file: 'http-listeners.template.json',
    what: 'Port 80 forwards, and so does a rule of port 8080',
    problems: ['http-listener:Http', 'http-listener:Plain'],
  },
  {
    file: 'open-to-addresses.template.json',
    what: 'Targets that a whole network reaches',
    problems: ['open-targets:ServiceSecurityGroup'],
  },
  {
    file: 'open-to-groups.template.json',
    what: 'Targets that another security group, and a prefix list, reach',
    problems: ['open-targets:ServiceSecurityGroup', 'open-targets:InstanceSecurityGroup'],
  },
  { file: 'lambda-open.template.json', what: "CDK's `LambdaTarget`", problems: ['lambda-permission:Invoke'] },
  {
    file: 'client.template.json',
    what: 'Defaults left as they are; a host in capitals; a day of access',
    problems: ['invalid-headers:Alb', 'callback-url:Client', 'client-secret:Client', 'access-token:Client'],
  },
  {
    file: 'client-partly-unknown.template.json',
    what: 'A callback URL whose host is a parameter and whose path is wrong; validity in days',
    problems: ['callback-url:Client', 'client-secret:Client', 'access-token:Client'],
  },
  {
    file: 'alb-arns.template.json',
    what: "Another load balancer's ARN, none, and that of a listener",
    problems: ['alb-arn:Task', 'alb-arn:Worker', 'alb-arn:Listener'],
  },
  { file: 'jwt-without-claims.template.json', what: '`jwt-validation` alone', problems: ['jwt-claims:Api'] },
  {
    file: 'signed-out.template.json',
    what: 'The page after signing out behind a rule of a lower priority',
    problems: ['signed-out:Client'],
  },
  {
    file: 'nested-open.template.json',
    what: 'Nested stacks: an open rule in one, header names in the other',
    problems: ['open-path:Health', 'invalid-headers:Alb'],
  },
  {
    file: 'terraform-open-paths.plan.json',
    what: 'Terraform, an open rule and a plain listener',
    problems: ['open-path:aws_lb_listener_rule.health', 'http-listener:aws_lb_listener.plain'],
    unchecked: 1,
  },
  {
    file: 'terraform-open-targets.plan.json',
    what: 'Terraform, targets that a whole network reaches',
    problems: ['open-targets:aws_security_group.app'],
    unchecked: 1,
  },
  {
    file: 'terraform-client.plan.json',
    what: 'Terraform, header names, plain callback, no secret, two hours of access',
    problems: [
      'invalid-headers:aws_lb.main',
      `callback-url:${client}`,
      `client-secret:${client}`,
      `access-token:${client}`,
    ],
    unchecked: 1,
  },
  {
    file: 'terraform-lambda-open.plan.json',
    what: 'Terraform, a function that any load balancer may invoke',
    problems: ['lambda-permission:aws_lambda_permission.alb'],
  },
  {
    file: 'terraform-alb-arn.plan.json',
    what: "Terraform, another load balancer's ARN",
    problems: ['alb-arn:aws_ecs_task_definition.app'],
  },
  {
    file: 'terraform-alb-arn-missing.plan.json',
    what: 'Terraform, no ARN',
    problems: ['alb-arn:aws_ecs_task_definition.app'],
  },
  {
    file: 'terraform-jwt-and-signed-out.plan.json',
    what: 'Terraform, `jwt-validation` alone; the page after signing out behind the sign-in',
    problems: ['jwt-claims:aws_lb_listener_rule.api', `signed-out:${client}`],
    unchecked: 1,
  },
]
