import { createRemixAuth } from '@cognito-auth/remix'

// Everything else from the environment
export const { core, middleware, refusalHeaders, requireGroups, userContext } = createRemixAuth({ bypass: ['/health'] })

await core.warmUp() // without its rules the app does not start, and does not pass its health check
