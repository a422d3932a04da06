import { useState } from 'react'
import { Form, Link } from 'react-router'

export const loader = () => ({ shown: 'home' })

export default function Home() {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) throw new TypeError('a bug')
  return (
    <main>
      <h1>Home</h1>
      <Link to="/notes">Notes</Link>
      <Form method="post" action="/sign-out">
        <button>Sign out</button>
      </Form>
      <button onClick={() => setBroken(true)}>Break</button>
    </main>
  )
}
