/** `npx pnpm test:aws`: the tests that need an AWS, against moto and cognito-local. Leaves `.reports/aws.json`. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { startCognitoLocal } from './aws/cognito-local.mjs'
import { startMoto } from './aws/moto.mjs'
import { RETRIES } from './vitest-run.mjs'

mkdirSync('.reports', { recursive: true })
const started = []
try {
  const moto = await startMoto()
  started.push(moto)
  const cognito = await startCognitoLocal()
  started.push(cognito)
  const config = 'packages/core/vitest.aws.config.ts'
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resolve('.reports/aws.json')}`]
  const child = spawn('vitest', ['run', '--config', config, ...RETRIES, ...reporters], {
    stdio: 'inherit',
    env: {
      ...process.env,
      // What an app on AWS gets from its role and its region, in the variables of the SDK's usual chain.
      AWS_ENDPOINT_URL: moto.url,
      COGNITO_LOCAL_URL: cognito.url,
      COGNITO_LOCAL_ISSUER_DOMAIN: cognito.issuerDomain,
      AWS_REGION: 'eu-west-2',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  })
  process.exitCode = await new Promise((settle) => child.once('exit', (code) => settle(code ?? 1)))
} finally {
  for (const { stop } of started) await stop()
}
