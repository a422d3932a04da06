import type { Config } from '@react-router/dev/config'

// Without v8_middleware version 7 ignores `middleware` without a word: every page would be open.
export default { ssr: true, future: { v8_middleware: true } } satisfies Config
