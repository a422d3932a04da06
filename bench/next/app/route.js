/** The same app as in `bench/apps`, as a route handler. The process that serves it says in `globalThis.benchApp` how it is protected. */
import { Authoriser, createNextAuth } from '@cognito-auth/next'
import { headers } from 'next/headers'

/** Ways to protect it: each gives a function to the name of the user, or to an answer that refuses. */
const WAYS = {
  without: () => () => 'anybody',
  ours: ({ options }) => {
    const authoriser = options.authoriser ?? Authoriser.fromLists({ allowedGroups: ['developers'] })
    const { requireUser } = createNextAuth({ ...options, authoriser })
    return async () => (await requireUser()).name
  },
  'by hand':
    ({ checkByHand }) =>
    async () => {
      const claims = await checkByHand(Object.fromEntries(await headers())).catch(() => null)
      return claims?.name ?? new Response(null, { status: claims === null ? 401 : 403 })
    },
}

// Not when it is built: there is no such process then.
let nameOf

/** Of each request anew, like the other two, where nothing asks for its headers. */
export const dynamic = 'force-dynamic'

export async function GET() {
  nameOf ??= WAYS[globalThis.benchApp.way](globalThis.benchApp)
  const name = await nameOf()
  return name instanceof Response ? name : Response.json({ hello: name })
}
