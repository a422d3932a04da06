'use client'

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return <h1>Refused: {error.digest}</h1>
}
