import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { OAuthScope, UserPool } from 'aws-cdk-lib/aws-cognito'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import {
  Cluster,
  type ContainerImage,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
} from 'aws-cdk-lib/aws-ecs'
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { AuthenticateCognitoAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2-actions'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'

export interface AppStackProps extends StackProps {
  readonly host: string // app.example.com, in lower case: its DNS name leads to the load balancer
  readonly certificateArn: string // of that host, in the region of the stack
  readonly image: ContainerImage
  readonly port: number // where the container listens
  readonly healthPath: string // answered without a sign-in, to the load balancer's own health check
  readonly accessLogs?: boolean // keep the load balancer's access logs in a bucket
}

export class AppStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { host, certificateArn, image, port, healthPath, ...props }: AppStackProps,
  ) {
    super(scope, id, props)
    const vpc = new Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 })

    // Who can sign in
    const userPool = new UserPool(this, 'Users', { selfSignUpEnabled: false, signInAliases: { email: true } })
    const domain = userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: `my-app-${this.account}` } })
    const client = userPool.addClient('LoadBalancer', {
      generateSecret: true,
      accessTokenValidity: Duration.minutes(15), // a group that is taken away counts this long
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [`https://${host}/oauth2/idpresponse`],
        logoutUrls: [`https://${host}/signed-out`],
      },
    })

    // Who is allowed: { "allowed_groups": ["developers"] }
    const config = Secret.fromSecretNameV2(this, 'AuthConfig', 'my-app/auth')

    const alb = new ApplicationLoadBalancer(this, 'Alb', {
      vpc,
      internetFacing: true,
      dropInvalidHeaderFields: true, // X_Amzn_Oidc_Data and the like, which some servers take for the real ones
    })
    alb.addRedirect() // http to https
    if (props.accessLogs === true) {
      const logs = new Bucket(this, 'AccessLogs', {
        blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
        encryption: BucketEncryption.S3_MANAGED, // the only kind that load balancers write to
        enforceSSL: true,
        lifecycleRules: [{ expiration: Duration.days(90) }],
        removalPolicy: RemovalPolicy.RETAIN,
      })
      alb.logAccessLogs(logs)
    }

    const task = new FargateTaskDefinition(this, 'Task')
    task.addContainer('app', {
      image,
      linuxParameters: new LinuxParameters(this, 'Linux', { initProcessEnabled: true }), // PID 1 reaps zombies
      portMappings: [{ containerPort: port }],
      logging: LogDrivers.awsLogs({ streamPrefix: 'app' }),
      environment: {
        NODE_ENV: 'production',
        NODE_OPTIONS: '--max-http-header-size=65536', // claims and access token together can be larger than Node's 16 KiB
        PORT: String(port),
        COGNITO_AUTH_ALB_ARN: alb.loadBalancerArn,
        COGNITO_AUTH_CLIENT_ID: client.userPoolClientId,
        COGNITO_AUTH_USER_POOL_ID: userPool.userPoolId,
        COGNITO_AUTH_SECRET_NAME: config.secretName,
        COGNITO_AUTH_DOMAIN: `${domain.domainName}.auth.${this.region}.amazoncognito.com`,
        COGNITO_AUTH_LOGOUT_URLS: `https://${host}/signed-out`,
        COGNITO_AUTH_SIGN_OUT_PATH: '/logout',
      },
    })
    config.grantRead(task.taskRole)

    const cluster = new Cluster(this, 'Cluster', { vpc })
    // In private subnets, with a security group of its own that allows nothing yet
    const service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: task,
      desiredCount: 2,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true }, // a release that does not become healthy is taken back
      enableExecuteCommand: true, // for `doctor`
    })

    // As a target of this load balancer, its security group allows that of the load balancer, and no other
    const targets = new ApplicationTargetGroup(this, 'Targets', {
      vpc,
      port,
      protocol: ApplicationProtocol.HTTP,
      targets: [service],
      healthCheck: { path: healthPath },
      deregistrationDelay: Duration.seconds(30),
    })

    // Every request needs a sign-in, but for the page after signing out
    const listener = alb.addListener('Https', {
      port: 443,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
      defaultAction: new AuthenticateCognitoAction({
        userPool,
        userPoolClient: client,
        userPoolDomain: domain,
        scope: 'openid email profile',
        next: ListenerAction.forward([targets]),
      }),
    })
    listener.addAction('SignedOut', {
      priority: 10,
      conditions: [ListenerCondition.pathPatterns(['/signed-out'])],
      action: ListenerAction.fixedResponse(200, { contentType: 'text/html', messageBody: 'You have signed out.' }),
    })

    new CfnOutput(this, 'Url', { value: `https://${host}` })
    new CfnOutput(this, 'LoadBalancerDnsName', { value: alb.loadBalancerDnsName, description: 'The host leads here' })
    new CfnOutput(this, 'LoadBalancerArn', { value: alb.loadBalancerArn })
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId })
  }
}
