import 'example-page/styles.css'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'

export const metadata: Metadata = { title: 'Next.js example', icons: 'data:,' }

/** A layout protects what it shows itself, and nothing below it: each page asks. */
export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header>
          <strong>Next.js example</strong>
          <a href="/">Home</a>
          <a href="/reports">Reports</a>
          <a href="/api/me">/api/me</a>
          <a href="/logout">Sign out</a>
        </header>
        <main>{children}</main>
      </body>
    </html>
  )
}
