import { index, route, type RouteConfig } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('notes', 'routes/notes.tsx'),
  route('sign-out', 'routes/sign-out.ts'),
] satisfies RouteConfig
