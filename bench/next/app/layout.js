/** Next does not build an app without one. */
export default function Layout({ children }) {
  return children
}
