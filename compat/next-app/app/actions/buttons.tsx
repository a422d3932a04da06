'use client'

import { useActionState } from 'react'
import { destroy, whoAmI } from './actions'

export function Buttons() {
  const [mine, me] = useActionState(async () => await whoAmI(), '-')
  const [done, act] = useActionState(destroy, '-')
  return (
    <main>
      <form action={me}>
        <button id="who">Who am I?</button>
        <output id="me">{mine}</output>
      </form>
      <form action={act}>
        <button id="destroy">Destroy</button>
        <output id="done">{done}</output>
      </form>
    </main>
  )
}
