import { createNextAuth } from '@cognito-auth/next'

// Everything else from the environment, which is read at the first request
export const { requireUser, requireGroups, withUser, proxy } = createNextAuth({ bypass: ['/health'] })
