import { index, route, type RouteConfig } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('admin', 'routes/admin.tsx'),
  route('health', 'routes/health.ts'),
  route('logout', 'routes/logout.ts'),
] satisfies RouteConfig
