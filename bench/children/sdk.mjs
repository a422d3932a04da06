/** Says whether the AWS SDK is loaded: after core was, after an authoriser from lists decided, after a secret was asked for. */
import { createRequire } from 'node:module'
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
import { createTestAlb } from '@cognito-auth/testing'

// The SDK is CommonJS: what is loaded of it is in this cache.
const { cache } = createRequire(import.meta.url)
const isLoaded = () => Object.keys(cache).some((path) => path.includes('@aws-sdk'))

const afterImport = isLoaded()
const alb = await createTestAlb()
const auth = new CognitoAuth({ ...alb.options, authoriser: Authoriser.fromLists({ allowedGroups: ['a'] }) })
await auth.requireUser(await alb.headersFor({ groups: ['a'] }))
const afterRequest = isLoaded()
process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9'
process.env.AWS_REGION = 'eu-west-2'
process.env.AWS_ACCESS_KEY_ID = 'bench'
process.env.AWS_SECRET_ACCESS_KEY = 'bench'
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
// Nobody listens there: that it fails is expected, that it needed the SDK is what is asked.
const failed = await Authoriser.fromSecret('bench')
  .warmUp()
  .then(
    () => false,
    () => true,
  )
process.stdout.write(JSON.stringify({ afterImport, afterRequest, afterSecret: failed && isLoaded() }))
