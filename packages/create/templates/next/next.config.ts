import type { NextConfig } from 'next'

// `standalone`: the image holds what the server needs, and no more.
export default { output: 'standalone', poweredByHeader: false } satisfies NextConfig
