/** @type {import('next').NextConfig} */
export default {
  // `requireGroups()` in a page answers 403, and shows `forbidden.tsx`.
  experimental: { authInterrupts: true },
  // `npx pnpm test` checks the types of all examples.
  typescript: { ignoreBuildErrors: true },
}
