import type { NextApiRequest, NextApiResponse } from 'next'
import { requireUser } from '../../lib/auth'

export default async function handler(_request: NextApiRequest, response: NextApiResponse): Promise<void> {
  response.json({ email: (await requireUser()).email })
}
