import { requireUser } from '@cognito-auth/remix'
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { Form, useActionData, useLoaderData } from '@remix-run/react'

export { headers } from '@cognito-auth/remix'

/** Each loader asks for itself: the browser's router may ask for this one alone. */
export async function loader({ request }: LoaderFunctionArgs) {
  const { name, groups } = await requireUser(request)
  return { name, groups }
}

/** An action too. */
export async function action({ request }: ActionFunctionArgs) {
  const user = await requireUser(request)
  const note = String((await request.formData()).get('note') ?? '')
  return { said: `${user.name} says: ${note}` }
}

export default function Index() {
  const { name, groups } = useLoaderData<typeof loader>()
  const said = useActionData<typeof action>()?.said
  return (
    <>
      <h1>Hello, {name}</h1>
      <p>You are in {groups.join(', ')}.</p>
      <Form method="post">
        <label>
          A note <input name="note" />
        </label>{' '}
        <button>Say it</button>
      </Form>
      {said === undefined ? null : <p role="status">{said}</p>}
    </>
  )
}
