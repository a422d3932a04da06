/** @type {import('next').NextConfig} */
export default {
  experimental: { useCache: true, authInterrupts: process.env.AUTH_INTERRUPTS === 'on' },
}
