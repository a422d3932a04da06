declare module 'recipe:error-boundary' {
  export function ErrorBoundary(): string
}

declare module 'recipe:client-action' {
  import type { ClientActionFunctionArgs } from 'react-router'
  export function clientAction(args: ClientActionFunctionArgs): Promise<unknown>
}
