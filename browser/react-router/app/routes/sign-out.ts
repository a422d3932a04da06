export const loader = () => null
export const action = () => null
