import { createNextAuth } from '@cognito-auth/next'

export const { requireUser, requireGroups, withUser, proxy, warmUp } = createNextAuth({
  signOutPath: '/logout',
  bypass: ['/health'],
})
