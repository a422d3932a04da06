/** The middleware answers this path (COGNITO_AUTH_SIGN_OUT_PATH); it is asked only where there is a route. */
export const loader = () => null
export const action = () => null
