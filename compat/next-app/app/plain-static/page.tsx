export default function Page() {
  return <h1>Static secret</h1>
}
