/** The first page: who is signed in. */
export function greeting(
  app: string,
  user: {
    readonly name: string
    readonly email: string
    readonly groups: readonly string[]
    readonly isAdmin: boolean
  },
): string
/** A page for admins. */
export function reports(app: string): string
