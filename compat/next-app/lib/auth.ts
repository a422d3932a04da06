import { createNextAuth } from '@cognito-auth/next'

export const { requireUser, getUser, requireGroups, requireAdmin, requireScopes, withUser, proxy, warmUp } =
  createNextAuth({ bypass: ['/health', '/open', '/api/events'] })
