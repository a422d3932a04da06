import { isRouteErrorResponse } from '@remix-run/react'

/** The code of a problem document, which is all that a refusal tells. */
function codeOf(data: unknown): string {
  try {
    const { code } = JSON.parse(String(data)) as { code?: unknown }
    return String(code)
  } catch {
    return 'unknown'
  }
}

export function Refusal({ error }: { readonly error: unknown }) {
  if (!isRouteErrorResponse(error)) return <h1>Something went wrong</h1>
  return (
    <>
      <h1>{error.status === 403 ? 'This is not for you' : `Not now (${error.status})`}</h1>
      <p>
        <code>{codeOf(error.data)}</code>
      </p>
    </>
  )
}
