import { createNextAuth } from '@cognito-auth/next'

// Everything else from the environment, which is read when the server starts
export const { requireUser, requireGroups, withUser, proxy, warmUp } = createNextAuth({ bypass: ['/health'] })
