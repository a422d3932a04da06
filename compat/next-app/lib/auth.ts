import { createNextAuth } from '@cognito-auth/next'

export const { requireUser, getUser, requireGroups, requireAdmin, withUser, proxy } = createNextAuth({
  bypass: ['/health', '/open', '/api/events'],
})
