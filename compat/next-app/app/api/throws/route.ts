import { withUser } from '../../../lib/auth'

export const GET = withUser(() => {
  throw new Error('of the app')
})
