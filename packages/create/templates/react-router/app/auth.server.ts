import { createRemixAuth } from '@cognito-auth/remix'

// Everything else from the environment
export const { middleware, refusalHeaders, requireGroups, userContext } = createRemixAuth({ bypass: ['/health'] })
