import { App } from 'aws-cdk-lib'
import { ContainerImage } from 'aws-cdk-lib/aws-ecs'
import { AppStack } from './stack.js'

const app = new App()
new AppStack(app, 'MyApp', {
  env: { region: 'eu-west-2' }, // without an account it synthesises without credentials
  host: 'app.example.com',
  certificateArn: 'arn:aws:acm:eu-west-2:111122223333:certificate/00000000-0000-0000-0000-000000000000',
  image: ContainerImage.fromAsset('..', { exclude: ['infra', 'node_modules'] }), // the Dockerfile of the app
  port: 8080, // the gateway's
  healthPath: '/_cognito-auth/ready',
  accessLogs: true,
})
