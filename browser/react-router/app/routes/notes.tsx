import { Form, Link, useActionData, useLoaderData } from 'react-router'

export { clientAction } from 'recipe:client-action'

const notes: string[] = []

export const loader = () => ({ notes })

export async function action({ request }: { readonly request: Request }) {
  notes.push(String((await request.formData()).get('note')))
  return { notSaved: undefined }
}

export default function Notes() {
  const { notes: saved } = useLoaderData<typeof loader>()
  const answer = useActionData<{ readonly notSaved: string | undefined }>()
  return (
    <main>
      <h1>Notes</h1>
      <Link to="/">Home</Link>
      <Form method="post">
        <textarea name="note" />
        <button>Save</button>
      </Form>
      <p role="alert">{answer?.notSaved}</p>
      <ul>
        {saved.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </main>
  )
}
