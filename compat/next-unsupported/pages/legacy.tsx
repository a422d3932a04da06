import type { GetServerSideProps } from 'next'
import type { ReactNode } from 'react'
import { requireUser } from '../lib/auth'

/** As people write it who have read of the App Router only. */
export const getServerSideProps: GetServerSideProps = async () => ({ props: { email: (await requireUser()).email } })

export default function Legacy({ email }: { email: string }): ReactNode {
  return <p>Page of {email}</p>
}
