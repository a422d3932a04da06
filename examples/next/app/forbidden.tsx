/** Shown inside the layout: the user stays signed in. */
export default function Forbidden() {
  return (
    <>
      <h1>This is not for you</h1>
      <p>
        <code>access_denied</code>
      </p>
    </>
  )
}
