export default function Page() {
  return <h1>Open to all</h1>
}
