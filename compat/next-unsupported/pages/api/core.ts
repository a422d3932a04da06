import { AuthenticationError, CognitoAuth } from '@cognito-auth/next'
import type { NextApiRequest, NextApiResponse } from 'next'

const auth = new CognitoAuth()

/** What the docs have for the Pages Router. */
export default async function handler(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  try {
    response.json({ email: (await auth.requireUser(request.headers)).email })
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error
    response.status(401).end()
  }
}
